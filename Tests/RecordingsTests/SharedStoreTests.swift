import Foundation
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

@testable import Recordings

@Suite(.enabled(if: SharedMaterial.isPresent, SharedMaterial.comment))
struct SharedStoreTests {
    private static func catalogue(_ store: String) throws -> Catalogue {
        let directory = try #require(SharedMaterial.directory)
        return try Catalogue(
            store: DirectoryStore(path: directory.appending(path: "stores/\(store)").path),
            cache: BlockCache(budget: 16 << 20), log: .silent)
    }

    @Test func `every recording of the shared stores is expected to be something`() throws {
        let stores = try #require(SharedMaterial.directory).appending(path: "stores")
        let names = try FileManager.default.contentsOfDirectory(atPath: stores.path).filter { $0.hasSuffix(".zarr") }
        #expect(Set(ExpectedRecording.all.map(\.store)) == Set(names))
    }

    @Test(arguments: ExpectedRecording.all.filter { $0.pcmSHA256 != nil })
    func `the shared stores hold the expected recordings`(_ expected: ExpectedRecording) throws {
        let catalogue = try Self.catalogue(expected.store)
        let recording = try #require(catalogue.recordings.first { $0.path == expected.path })
        #expect(recording.codec.rawValue == expected.codec)
        #expect(recording.sourceName == expected.file)
        #expect(recording.format.encoding.bits == expected.bits)
        #expect(recording.format.channels == expected.channels)
        #expect(recording.format.sampleRate == expected.waveRate)
        #expect(recording.dataByteCount == UInt64(expected.pcmByteCount))
        let samples = try recording.samples.read(bytes: 0..<recording.dataByteCount).flatMap { Array($0.bytes) }
        #expect(samples.count == expected.pcmByteCount)
        // These AAC streams use noise substitution: no decode but the one from the start has the same noise.
        if expected.codec != "aac" { #expect(try Digest.sha256(samples) == expected.pcmSHA256) }
    }

    @Test func `a recording of the shared stores that cannot be decoded is named with the reason`() throws {
        let catalogue = try Self.catalogue("opus-raw-2025-06-04.zarr")
        #expect(catalogue.recordings.isEmpty)
        let problem = try #require(catalogue.problems.first)
        #expect(catalogue.problems.count == 1)
        #expect(problem.description.contains("/bird/0"))
        #expect(problem.description.contains("without their lengths"))
    }
}
