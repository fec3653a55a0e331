/// The hash FNV-1a of 64 bits: the same in every process, unlike Swift's own. (Fowler, Noll, Vo;
/// draft-eastlake-fnv.)
public struct FNV1a: Sendable {
    /// The hash of what was added.
    public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    /// The hash of nothing.
    public init() {}

    /// The hash of `words`, the low bytes of each first.
    public init(of words: some Sequence<UInt64>) {
        for word in words {
            for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
        }
    }

    /// Adds a byte.
    public mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
    }
}
