/// Random numbers that are the same in every run: SplitMix64.
public struct RepeatableRandom: RandomNumberGenerator {
    private var state: UInt64

    /// The sequence of `seed`.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A random range within `0..<count`, of at most `longest`.
    public mutating func range(within count: UInt64, longest: UInt64) -> Range<UInt64> {
        let start = UInt64.random(in: 0..<count, using: &self)
        return start..<min(count, start + UInt64.random(in: 1...longest, using: &self))
    }
}
