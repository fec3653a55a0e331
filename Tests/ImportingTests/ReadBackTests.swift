import AudioCoding
import Recordings
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

@testable import Importing

@Suite("Reading back")
struct ReadBackTests {
    private static let second = 48_000

    /// Digests of pieces of the samples that `recording` has.
    private static func pieces(of recording: Recording) throws -> [[UInt8]] {
        let digests = try PieceDigests(skipping: 0, blockAlign: Int(recording.format.blockAlign))
        for slice in try recording.samples.read(bytes: 0..<recording.dataByteCount) { try digests.append(slice.bytes) }
        return try #require(try digests.finish(sampleCount: recording.sampleCount))
    }

    @Test("finds samples and arrays that are not what was written", arguments: [1, 2])
    func findsDifferences(threads: Int) throws {
        let fixture = try ImportFixture()
        var builder = WaveBuilder()
        builder.addFormat()
        builder.add("data", OddSource.noise(30 * 2 * Self.second))
        var options = ImportOptions()
        options.codec = .aac
        let recording = try fixture.importBytes(builder.bytes, options).recording
        let pieces = try Self.pieces(of: recording)
        try #require(pieces.count == 3)

        let readBack = try ReadBack(
            store: fixture.store, path: recording.path, cache: BlockCache(budget: 1 << 24), threads: threads)
        func prove(_ pieces: [[UInt8]], _ arrays: [String: [UInt8]] = [:], samples: UInt64? = nil) throws {
            let audio = WrittenAudio(
                codec: .aac, sampleCount: samples ?? recording.sampleCount, byteCount: 0,
                proof: .decoded(pieces: pieces, arrays: arrays))
            try readBack.prove(audio, samples: [], file: nil)
        }
        try prove(pieces)
        for number in pieces.indices {
            var wrong = pieces
            wrong[number][0] ^= 1
            #expect(throws: ImportError.self) { try prove(wrong) }
        }
        #expect(throws: ImportError.self) { try prove(pieces, samples: recording.sampleCount + 1) }

        for name in ["audio_data_blob_array", "aac_index"] {
            let array = try fixture.array(name, of: recording)
            var bytes = [UInt8](repeating: 0, count: Int(array.byteCount))
            try bytes.withUnsafeMutableBytes {
                try array.read(start: array.shape.map { _ in 0 }, count: array.shape, into: $0)
            }
            let digest = try MessageDigest.sha256()
            digest.update(bytes)
            var sum = digest.finish()
            try prove(pieces, [name: sum])
            sum[31] ^= 0x80
            #expect(throws: ImportError.self) { try prove(pieces, [name: sum]) }
        }
    }

    @Test("sums up pieces of what lies between the trimmed ends", arguments: [1, 7, 4_099, 3_000_000])
    func trimmed(step: Int) throws {
        let bytes = OddSource.noise(3_000_000)
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

    @Test("has no digests for more samples than there were, or for too few")
    func outOfReach() throws {
        for (count, isReached) in [(100_000, true), (100_001, false), (99_000, true), (1_000, false)] {
            let digests = try PieceDigests(skipping: 0, blockAlign: 2)
            try OddSource.noise(200_000).withUnsafeBytes { try digests.append($0) }
            #expect(try (digests.finish(sampleCount: UInt64(count)) != nil) == isReached, "\(count)")
        }
    }
}
