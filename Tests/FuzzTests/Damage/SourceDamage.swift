import TestSupport

/// Ways in which a file of sound is damaged.
enum SourceDamage: CaseIterable {
    case bytes, header, missingPiece, doubledPiece, swappedPieces, joined, framed

    /// Damages `bytes` at places that `random` chooses, and says what was done.
    func apply(to bytes: inout [UInt8], by random: inout RepeatableRandom) -> String {
        let ends = SourceStructure.pieces(of: bytes) + [bytes.count]
        let number = Int.random(in: 0..<max(ends.count - 1, 1), using: &random)
        let isKnown = ends.count > 1
        let piece = isKnown ? ends[number]..<max(ends[number + 1], ends[number]) : 0..<bytes.count
        switch self {
        case .header where isKnown && !bytes.isEmpty:
            let longest = min(40, bytes.count - piece.lowerBound)
            let place = piece.lowerBound + Int.random(in: 0..<max(longest, 1), using: &random)
            let text = ByteDamage.setNumber(at: min(place, bytes.count - 1), of: &bytes, by: &random)
            return "in the header of piece \(number) at \(piece.lowerBound): \(text)" + Self.sealed(&bytes, by: &random)
        case .missingPiece where isKnown:
            bytes.removeSubrange(piece)
            return "piece \(number) at \(piece) is missing"
        case .doubledPiece where isKnown:
            bytes.insert(contentsOf: bytes[piece], at: piece.lowerBound)
            return "piece \(number) at \(piece) is there twice"
        case .swappedPieces where number + 2 < ends.count:
            let next = ends[number + 1]..<max(ends[number + 2], ends[number + 1])
            bytes.replaceSubrange(piece.lowerBound..<next.upperBound, with: bytes[next] + bytes[piece])
            return "pieces \(number) and \(number + 1) from \(piece.lowerBound) on swapped"
        case .joined:
            bytes += bytes
            return "there twice, one behind the other"
        case .framed:
            let count = Int.random(in: 1...3_000, using: &random)
            let byte = [0, 0xFF, 0x20][Int.random(in: 0..<3, using: &random)] as UInt8
            let junk = [UInt8](repeating: byte, count: count)
            let isBefore = Bool.random(using: &random)
            bytes = isBefore ? junk + bytes : bytes + junk
            return "\(count) bytes of \(byte) \(isBefore ? "before" : "behind") it"
        default:
            let all = ByteDamage.allCases
            let kind = all[Int.random(in: 0..<all.count, using: &random)]
            return kind.apply(to: &bytes, by: &random) + Self.sealed(&bytes, by: &random)
        }
    }

    /// Gives the pages of Ogg their checksums again, now and then, so that what reads packets sees the damage.
    private static func sealed(_ bytes: inout [UInt8], by random: inout RepeatableRandom) -> String {
        guard bytes.starts(with: Array("OggS".utf8)), Bool.random(using: &random) else { return "" }
        OggChecksums.renew(in: &bytes)
        return ", with right checksums"
    }
}
