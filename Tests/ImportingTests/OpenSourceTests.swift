import AudioCoding
import Foundation
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

@testable import Importing
@testable import Recordings

struct OpenSourceTests {
    /// A codec whose files begin with a word that libavformat does not know, and are refused if another follows.
    private struct BirdCodec: ImportableCodec {
        let name = AudioCodec.pcm

        struct Copier: SourceCopier {
            let codec = AudioCodec.pcm
            let channels = 2
            let sampleRate: UInt32 = 32_000

            func copy(
                into node: any StagedNode, _ attributes: [String: JSONValue], isConcurrent: Bool,
                progress: (UInt64) -> Void
            ) throws -> WrittenAudio {
                WrittenAudio(codec: codec, sampleCount: 0, byteCount: 0, proofs: [])
            }
        }

        func copier(of source: CodedSource) throws -> (any SourceCopier)? {
            let start = try source.file.bytes(0..<min(source.file.byteCount, 9))
            guard start.starts(with: "BIRD".utf8) else { return nil }
            guard !start.elementsEqual("BIRD free".utf8) else { throw ImportError("is in free format") }
            return Copier()
        }
    }

    @Test func `a source that is changed has changed although its time and its size are those of before`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.appending(path: "a.wav").path
            try Data([1, 2, 3]).write(to: URL(filePath: path))
            let before: [FileAttributeKey: Any] = [.modificationDate: Date(timeIntervalSince1970: 1_000_000)]
            try FileManager.default.setAttributes(before, ofItemAtPath: path)
            let source = try SourceFile(path: path)
            #expect(!source.hasChanged)
            // Long enough for the file system's clock.
            usleep(50_000)
            let handle = try FileHandle(forWritingTo: URL(filePath: path))
            try handle.write(contentsOf: Data([9]))
            try handle.close()
            try FileManager.default.setAttributes(before, ofItemAtPath: path)
            #expect(source.hasChanged)
        }
    }

    private func open(
        _ bytes: [UInt8], _ codecs: [any ImportableCodec] = [BirdCodec()], reencodes: Bool = false
    ) throws -> OpenSource {
        let fixture = try ImportFixture()
        let path = try fixture.file("source.bird", bytes)
        return try OpenSource(path: path, stream: nil, reencodes: reencodes, codecs: codecs)
    }

    @Test func `a codec can store a file that libavformat does not know`() throws {
        let source = try open(Array("BIRD song".utf8))
        guard case .copied(let copier) = source.content else {
            Issue.record("the source is not copied")
            return
        }
        #expect(copier is BirdCodec.Copier)
        #expect(source.description.stream.sampleRate == 32_000)
        #expect(source.description.stream.channels == 2)
        #expect(source.bytesPerSample == 0)
    }

    @Test func `a codec can refuse a file that libavformat does not know, and say why`() throws {
        let error = #expect(throws: ImportError.self) { try open(Array("BIRD free".utf8)) }
        #expect(error?.description == "is in free format")
    }

    @Test func `a file that no codec knows is refused with libavformat's reason`() throws {
        for (bytes, reencodes) in [("FISH", false), ("BIRD song", true)] {
            let error = #expect(throws: MediaError.self) { try open(Array(bytes.utf8), reencodes: reencodes) }
            #expect(error?.problem == "is of no known format")
        }
    }

    @Test(arguments: [
        ("mono16.flac", AudioCodec.flac), ("stereo.aac", .aac), ("stereo.opus", .opus), ("primed.mkv", .aac),
    ]) func `a source of a codec of the registry is copied by that codec, and decoded to be encoded anew`(
        _ name: String, _ codec: AudioCodec
    ) throws {
        let path = TestFiles.fixtures.appending(path: "coded/\(name)").path
        guard case .copied(let copier) = try OpenSource(path: path, stream: nil, reencodes: false).content else {
            Issue.record("\(name) is not copied")
            return
        }
        #expect(copier.codec == codec)
        guard case .decoded = try OpenSource(path: path, stream: nil, reencodes: true).content else {
            Issue.record("\(name) is not decoded")
            return
        }
    }
}
