import Support
import TestSupport
import Testing

@testable import Recordings

struct PieceDigestsTests {
    private static func noise(_ count: Int) -> [UInt8] {
        var random = RepeatableRandom(seed: UInt64(count))
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    @Test(arguments: [1, 7, 4_099, 3_000_000])
    func `digests of pieces are those of what lies between the trimmed ends`(step: Int) throws {
        let bytes = Self.noise(3_000_000)
        let digests = try PieceDigests(skipping: 312, blockAlign: 2)
        for start in stride(from: 0, to: bytes.count, by: step) where step > 1 || start < 200_000 {
            try bytes[start..<min(start + step, bytes.count)].withUnsafeBytes { try digests.append($0) }
        }
        let kept = bytes[624..<(step > 1 ? bytes.count : 200_000) - 2_000]
        let expected = try stride(from: kept.startIndex, to: kept.endIndex, by: 1 << 20).map { start in
            let digest = try MessageDigest.sha256()
            digest.update(Array(kept[start..<min(start + (1 << 20), kept.endIndex)]))
            return digest.finish()
        }
        #expect(try digests.finish(sampleCount: UInt64(kept.count / 2)) == expected)
    }

    @Test func `there are no digests of more samples than there were, or of too few`() throws {
        for (count, isReached) in [(100_000, true), (100_001, false), (99_000, true), (1_000, false)] {
            let digests = try PieceDigests(skipping: 0, blockAlign: 2)
            try Self.noise(200_000).withUnsafeBytes { try digests.append($0) }
            #expect(try (digests.finish(sampleCount: UInt64(count)) != nil) == isReached, "\(count)")
        }
    }
}
