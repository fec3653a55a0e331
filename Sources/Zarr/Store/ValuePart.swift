/// A part of a value.
public enum ValuePart: Sendable, Equatable {
    /// All of it, if that is at most this many bytes.
    case whole(atMost: Int)
    /// These bytes, all of which the value has.
    case range(Range<UInt64>)
    /// This many of its last bytes, or all if it has fewer.
    case suffix(Int)
}

extension ValuePart {
    /// The bytes of a value of `size` bytes that this part is, never more than `Int.max` of them. Throws what `Store.get` throws
    /// if the value does not have them, as the value under `key`.
    func range(of size: UInt64, _ key: String) throws(StoreError) -> Range<UInt64> {
        switch self {
        case .whole(let limit):
            guard size <= UInt64(clamping: limit) else { throw StoreError.tooLarge(key, limit: limit, size: size) }
            return 0..<size
        case .range(let range):
            guard range.upperBound <= size else { throw StoreError.cutShort(key, range: range, size: size) }
            guard Int(exactly: range.upperBound - range.lowerBound) != nil else {
                throw StoreError(.failed, "bytes \(range) are too many to be read at once", key: key)
            }
            return range
        case .suffix(let count):
            return size - min(UInt64(clamping: count), size)..<size
        }
    }

    /// Whether this is a range that a value of `size` bytes has.
    func isRange(within size: UInt64) -> Bool {
        guard case .range(let range) = self else { return false }
        return range.upperBound <= size
    }
}
