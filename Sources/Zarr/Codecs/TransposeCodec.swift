/// The codec `transpose`: dimension `i` of what is encoded is dimension `order[i]` of what is decoded.
///
/// Nothing is moved: a region of the one is a region of the other, with its strides in memory reordered alike.
struct TransposeCodec: Sendable {
    let order: [Int]

    /// Nil where `order` is not a permutation of `rank` dimensions.
    init?(order: [Int], rank: Int) {
        guard order.count == rank, Set(order) == Set(0..<rank) else { return nil }
        self.order = order
    }

    /// The shape that `shape` is encoded as.
    func encodedShape(of shape: [Int]) -> [Int] {
        order.map { shape[$0] }
    }

    /// The region of the encoded chunk that `selection` of the decoded one is.
    func encodedSelection(of selection: Selection) -> Selection {
        Selection(axes: order.map { selection.axes[$0] }, destination: selection.destination)
    }
}
