import TestSupport

/// Ways in which bytes are damaged: by rot, by a cut transfer, by a disk that lost something, or on purpose.
enum ByteDamage: CaseIterable {
    case flippedBit, changedByte, oddNumber, zeroed, noise, cut, grown, removed, doubled, swapped, emptied

    /// Damages `bytes` at places that `random` chooses, and says what was done.
    func apply(to bytes: inout [UInt8], by random: inout RepeatableRandom) -> String {
        guard !bytes.isEmpty else {
            bytes = [0]
            return "one byte in place of none"
        }
        let part = Self.part(of: bytes, by: &random)
        switch self {
        case .flippedBit:
            let bit = Int.random(in: 0..<8 * bytes.count, using: &random)
            bytes[bit / 8] ^= 1 << (bit % 8)
            return "bit \(bit) flipped"
        case .changedByte:
            bytes[part.lowerBound] &+= UInt8.random(in: 1...255, using: &random)
            return "byte \(part.lowerBound) changed"
        case .oddNumber:
            return Self.setNumber(at: part.lowerBound, of: &bytes, by: &random)
        case .zeroed:
            for index in part { bytes[index] = 0 }
            return "bytes \(part) zeroed"
        case .noise:
            for index in part { bytes[index] = UInt8.random(in: 0...255, using: &random) }
            return "bytes \(part) without order"
        case .cut:
            bytes.removeSubrange(part.lowerBound...)
            return "cut to \(bytes.count) bytes"
        case .grown:
            let count = Int.random(in: 1...64, using: &random)
            bytes += (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            return "grown by \(count) bytes"
        case .removed:
            bytes.removeSubrange(part)
            return "bytes \(part) removed"
        case .doubled:
            bytes.insert(contentsOf: bytes[part], at: part.lowerBound)
            return "bytes \(part) doubled"
        case .swapped:
            let other = Int.random(in: 0...bytes.count - part.count, using: &random)
            for offset in 0..<part.count { bytes.swapAt(part.lowerBound + offset, other + offset) }
            return "bytes \(part) and those from \(other) on swapped"
        case .emptied:
            bytes = []
            return "emptied"
        }
    }

    /// A part of `bytes`, which are not empty: mostly a few bytes, seldom many.
    private static func part(of bytes: [UInt8], by random: inout RepeatableRandom) -> Range<Int> {
        let range = random.range(within: UInt64(bytes.count), longest: Bool.random(using: &random) ? 8 : 4_096)
        return Int(range.lowerBound)..<Int(range.upperBound)
    }

    /// Numbers that arithmetic goes wrong with.
    private static let oddNumbers: [UInt64] = [
        0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 32,
        1 << 40,
        1 << 62, .max >> 1, .max - 7, .max,
    ]

    /// Writes an odd number of one to eight bytes at `place`, in either order, and says what was done.
    static func setNumber(at place: Int, of bytes: inout [UInt8], by random: inout RepeatableRandom) -> String {
        let width = [1, 2, 4, 8][Int.random(in: 0..<4, using: &random)]
        let isBig = Bool.random(using: &random)
        let number = oddNumbers[Int.random(in: 0..<oddNumbers.count, using: &random)]
        for offset in 0..<min(width, bytes.count - place) {
            let shift = 8 * UInt64(isBig ? width - 1 - offset : offset)
            bytes[place + offset] = UInt8(truncatingIfNeeded: number >> shift)
        }
        return "\(number) in \(width) bytes, \(isBig ? "big" : "little")-endian, at \(place)"
    }
}
