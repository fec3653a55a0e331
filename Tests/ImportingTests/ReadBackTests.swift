import AudioCoding
import Foundation
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

@testable import Importing
@testable import Recordings

struct ReadBackTests {
    private static let second = 48_000

    /// Digests of pieces of the samples that `recording` has.
    private static func pieces(of recording: Recording) throws -> [[UInt8]] {
        let digests = try PieceDigests(skipping: 0, blockAlign: Int(recording.format.blockAlign))
        for slice in try recording.samples.read(bytes: 0..<recording.dataByteCount) { try digests.append(slice.bytes) }
        return try #require(try digests.finish(sampleCount: recording.sampleCount))
    }

    @Test(arguments: [1, 2])
    func `reading back finds samples and arrays that are not what was written`(_ threads: Int) throws {
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
                proofs: [.arrays(arrays), .pieces(pieces)])
            try readBack.prove(
                ImportJob.Written(
                    audio: audio, sha256: "", samples: [], sampleCount: audio.sampleCount, isByteExact: false, notes: []
                ))
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

    @Test func `reading back finds a source file that is not what was stored whole`() throws {
        let fixture = try ImportFixture()
        let path = TestFiles.fixtures.appending(path: "coded/mono16.flac").path
        let recording = try fixture.importFile(path).recording
        let readBack = try ReadBack(
            store: fixture.store, path: recording.path, cache: BlockCache(budget: 1 << 20), threads: 1)
        func prove(_ sha256: String) throws {
            let audio = WrittenAudio(
                codec: .flac, sampleCount: recording.sampleCount, byteCount: 0, proofs: [.sourceFile])
            try readBack.prove(
                ImportJob.Written(
                    audio: audio, sha256: sha256, samples: [], sampleCount: audio.sampleCount, isByteExact: false,
                    notes: []))
        }
        let sha256 = try #require(recording.sourceSHA256)
        try prove(sha256)
        #expect(throws: ImportError.self) { try prove(String(sha256.reversed())) }
    }
}
