import AudioCoding
import Foundation
import Support
import TestSupport
import Testing
import Zarr

@testable import Recordings

/// A coded stream of Tests/Fixtures/recordings, and what an independent tool decodes it to.
struct StreamFixture: Sendable, CustomTestStringConvertible {
    let name: String
    let codec: String
    /// Whether every decoder must yield the samples of `decodedSHA256`: not if noise is substituted.
    let isExact: Bool

    static let all = [
        StreamFixture(name: "fixed.flac", codec: "flac", isExact: true),
        StreamFixture(name: "exact.aac", codec: "aac", isExact: true),
        StreamFixture(name: "noise.aac", codec: "aac", isExact: false),
        StreamFixture(name: "celt.opus", codec: "opus", isExact: true),
        StreamFixture(name: "silk.opus", codec: "opus", isExact: true),
        StreamFixture(name: "reservoir.mp3", codec: "mp3", isExact: true),
        StreamFixture(name: "layer2.mp2", codec: "mp3", isExact: true),
        StreamFixture(name: "clicks.ogg", codec: "vorbis", isExact: true),
    ]

    static func named(_ name: String) throws -> StreamFixture {
        guard let fixture = all.first(where: { $0.name == name }) else { throw CocoaError(.fileNoSuchFile) }
        return fixture
    }

    var testDescription: String { name }

    var bytes: [UInt8] {
        get throws { Array(try Data(contentsOf: TestFiles.fixtures.appending(path: "recordings/\(name)"))) }
    }

    var decodedSHA256: String {
        get throws {
            let stream = TestFiles.fixtures.appending(path: "recordings/\(name)")
            guard codec == "flac" else { return try ReferenceDecode.sha256(of: stream) }
            let file = stream.appendingPathExtension("sha256")
            return try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    /// The rows of a correct index of frames, by the scanners; for Opus none.
    var indexRows: [[UInt64]] {
        get throws {
            let bytes = try bytes
            return try frames(of: bytes).map { [$0.offset, UInt64($0.byteCount), $0.firstSample] }
        }
    }

    private func frames(of bytes: [UInt8]) throws -> [CodedFrame] {
        try bytes.withUnsafeBytes { buffer in
            switch codec {
            case "flac":
                let metadata = try FLACMetadata(
                    of: CodedStream(byteCount: UInt64(bytes.count)) { range in
                        Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
                    })
                var scanner = FLACFrameScanner(
                    streamInfo: metadata.streamInfo, offset: metadata.firstFrameOffset)
                let frames = scanner.consume(
                    UnsafeRawBufferPointer(rebasing: buffer[Int(metadata.firstFrameOffset)...]))
                return frames + scanner.finish()
            case "aac":
                var scanner = ADTSScanner(samplesPerFrame: 1024)
                let frames = try scanner.consume(buffer)
                return try frames + scanner.finish()
            case "mp3":
                let layout = try MP3Layout(
                    of: CodedStream(byteCount: UInt64(bytes.count)) { range in
                        Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
                    })
                var scanner = MP3FrameScanner(layout)
                let frames = try scanner.consume(
                    UnsafeRawBufferPointer(rebasing: buffer[Int(layout.firstFrameOffset)...]))
                return try frames + scanner.finish()
            case "vorbis":
                let scanner = VorbisUnitScanner()
                return try scanner.consume(buffer) + scanner.finish()
            default:
                return []
            }
        }
    }
}

/// A store of one recording, `0`, and the recording opened.
struct OpenedRecording {
    let catalogue: Catalogue
    let cache: BlockCache
    let counters = DecodeCounters()
    let lines: KeptLines

    /// Writes a store with `fixture`'s stream (or `blob` in its place) and `indexRows`, and opens it.
    static func with<T>(
        _ fixture: StreamFixture, blob: [UInt8]? = nil, indexRows: [[UInt64]]? = nil, budget: Int = 16 << 20,
        _ body: (OpenedRecording) throws -> T
    ) throws -> T {
        try with(budget: budget) { store in
            try store.addRecording("0", codec: fixture.codec, blob: try blob ?? fixture.bytes)
            if let indexRows { try store.addTable("0/\(fixture.codec)_index", rows: indexRows) }
        } _: { opened in
            try body(opened)
        }
    }

    /// Writes a store as `write` does and opens it.
    static func with<T>(
        budget: Int = 16 << 20, write: (TestStore) throws -> Void, _ body: (OpenedRecording) throws -> T
    ) throws -> T {
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory, attributes: TestStore.audioGroup)
            try write(store)
            return try body(OpenedRecording(store: DirectoryStore(path: directory.path), budget: budget))
        }
    }

    init(store: any Store, budget: Int = 16 << 20) throws {
        lines = KeptLines()
        cache = BlockCache(budget: budget)
        catalogue = try Catalogue(store: store, cache: cache, counters: counters, log: lines.log)
    }

    /// The only recording.
    var recording: Recording {
        get throws {
            guard let recording = catalogue.recordings.first, catalogue.recordings.count == 1 else {
                throw RecordingError("not one recording: \(catalogue.problems)", recording: "")
            }
            return recording
        }
    }
}

extension Recording {
    /// The bytes of `range`, joined.
    func bytes(_ range: Range<UInt64>) throws -> [UInt8] {
        let slices = try samples.read(bytes: range)
        return [UInt8](unsafeUninitializedCapacity: range.count) { bytes, count in
            let target = UnsafeMutableRawBufferPointer(bytes)
            for slice in slices where slice.bytes.count <= target.count - count {
                UnsafeMutableRawBufferPointer(rebasing: target[count...]).copyMemory(from: slice.bytes)
                count += slice.bytes.count
            }
        }
    }

    /// All bytes, read front to back, `size` at a time.
    func allBytes(readSize size: UInt64 = 1 << 20) throws -> [UInt8] {
        try stride(from: 0, to: dataByteCount, by: Int(size)).flatMap { start in
            try bytes(start..<min(start + size, dataByteCount))
        }
    }
}
