/// The 64-bit FNV-1a hash, which is the same in every process, unlike Swift's own. See Fowler, Noll and Vo, draft-eastlake-fnv.
public struct FNV1a: Sendable {
    /// The hash of the bytes added so far.
    public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    /// The hash of no bytes.
    public init() {}

    /// The hash of `words`, each taken as eight little-endian bytes.
    public init(of words: [UInt64]) {
        for word in words {
            for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
        }
    }

    /// Adds a byte.
    public mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
    }
}
