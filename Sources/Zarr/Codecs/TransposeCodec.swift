/// The codec `transpose`: dimension `i` of the encoded chunk is dimension `order[i]` of the decoded one.
///
/// Nothing is moved: a region of the one is a region of the other, with its strides in memory reordered in the same way.
struct TransposeCodec: Sendable {
    let order: [Int]

    /// Nil if `order` is not a permutation of `rank` dimensions.
    init?(order: [Int], rank: Int) {
        guard order.count == rank, Set(order) == Set(0..<rank) else { return nil }
        self.order = order
    }

    /// The shape of an encoded chunk whose decoded shape is `shape`.
    func encodedShape(of shape: [Int]) -> [Int] {
        order.map { shape[$0] }
    }

    /// The shape of a decoded chunk, or of a part of one, whose encoded shape is `shape`.
    func decodedShape(of shape: [Int]) -> [Int] {
        var decoded = shape
        for (index, dimension) in order.enumerated() { decoded[dimension] = shape[index] }
        return decoded
    }

    /// `selection` of the decoded chunk as a region of the encoded one.
    func encodedSelection(of selection: Selection) -> Selection {
        Selection(axes: order.map { selection.axes[$0] }, destination: selection.destination)
    }
}
