import Support

/// How many bytes a step of a codec chain makes.
enum ByteCount {
    case exactly(Int)
    case atMost(Int)

    /// The greatest number that it can be.
    var limit: Int {
        switch self {
        case .exactly(let count), .atMost(let count): count
        }
    }

    /// The product of `shape` and `itemSize`; nil if it is too large, or would be if no dimension were empty.
    static func product(_ shape: [Int], _ itemSize: Int) -> Int? {
        var product = itemSize
        for length in shape {
            guard let next = product.multiplied(by: max(length, 1)) else { return nil }
            product = next
        }
        return shape.contains(0) ? 0 : product
    }
}
