/// The modes at the end of a setup header, of which each packet names one: they say how long its block is. Vorbis I, section
/// 4.2.4.
///
/// They are read from the end backwards, as FFmpeg and liboggz do, for what stands before them says how long it is only to
/// who reads all of it. A mode has 16 bits each for two types that are always 0, and how many there are stands before the first.
struct VorbisModes: Sendable, Hashable {
    /// More would not fit in a packet's first byte.
    private static let countLimit = 63

    /// For each mode, whether it has long blocks.
    private let areLong: [Bool]

    /// The modes at the end of the packet `setup`; nil if there are none.
    init?(setup: [UInt8]) {
        var bits = BackwardBits(setup)
        // Zeros fill the last byte; before them is the framing bit, which is 1.
        while let bit = bits.read(1), bit == 0 {}
        var areLong: [Bool] = []
        var found: [Bool]?
        while areLong.count < Self.countLimit, let mapping = bits.read(8), mapping < 64, bits.read(16) == 0,
            bits.read(16) == 0, let blockFlag = bits.read(1)
        {
            areLong.append(blockFlag == 1)
            var before = bits
            // The last count that fits is believed: a mapping may look like another mode, but hardly a mode like none.
            if before.read(6) == areLong.count - 1 { found = areLong }
        }
        guard let found else { return nil }
        self.areLong = found.reversed()
    }

    /// Bits that name a mode.
    private var bitCount: Int { Int.bitWidth - (areLong.count - 1).leadingZeroBitCount }

    /// The bit of a packet's first byte that says in a long block whether the one before is long.
    var previousIsLongBit: UInt8 { 1 << UInt8(1 + bitCount) }

    /// Whether the packet that begins with `byte` has a long block; nil if it is none of sound.
    func isLong(_ byte: UInt8) -> Bool? {
        let mode = Int(byte >> 1) & (1 << bitCount - 1)
        return byte & 1 == 0 && mode < areLong.count ? areLong[mode] : nil
    }

    /// Bits of numbers that are stored from the lowest bit on, from the last to the first.
    private struct BackwardBits {
        private let bytes: [UInt8]
        private var remaining: Int

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            remaining = bytes.count * 8
        }

        /// The number that the `count` bits before are; nil if there are not so many.
        mutating func read(_ count: Int) -> Int? {
            guard count <= remaining else { return nil }
            var number = 0
            for _ in 0..<count {
                remaining -= 1
                number = number << 1 | Int(bytes[remaining / 8] >> UInt8(remaining % 8) & 1)
            }
            return number
        }
    }
}
