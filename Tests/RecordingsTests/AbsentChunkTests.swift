import Foundation
import Support
import TestSupport
import Testing
import Zarr

@testable import Recordings

/// Chunks that a store does not have: damage in a recording, the fill value in a plain array.
struct AbsentChunkTests {
    @Test(arguments: StreamFixture.all)
    func `samples in a chunk that a recording has lost cannot be read, and a check reports them`(
        _ fixture: StreamFixture
    ) throws {
        let bytes = try fixture.bytes
        let chunk = max(bytes.count / 6, 1)
        try Checked.with { store in
            try store.addRecording("0", codec: fixture.codec, blob: bytes, chunks: [chunk])
            try FileManager.default.removeItem(at: store.chunk([4], of: "0/audio_data_blob_array"))
        } _: { directory in
            #expect(try !Checked(directory).faults.isEmpty)
            let cache = BlockCache(budget: 16 << 20)
            let store = try DirectoryStore(path: directory.path)
            let array = try ZarrArray.open(
                store, path: "0/audio_data_blob_array", cache: cache, absent: .damage)
            let lost = UInt64(4 * chunk)
            #expect(throws: ZarrError.self) { try array.readBytes(lost..<lost + 1) }
            #expect(try array.readBytes(lost - 1..<lost) == [bytes[4 * chunk - 1]])
        }
    }

    /// A store of 1 000 samples, 7 each, in chunks of 100, of which that of number 3 is lost: a recording, or a plain array.
    private func withSamples<T>(isRecording: Bool, _ body: (URL) throws -> T) throws -> T {
        try Checked.with { store in
            let attributes: [String: Any] = ["sample_rate": 8_000]
            let path = isRecording ? "0/audio_data_blob_array" : "0"
            let samples = [UInt8](repeating: 7, count: 2_000)
            if isRecording { try store.addRecording("0", codec: "pcm", blob: []) }
            try store.addArray(
                path, shape: [1_000], type: "int16", bytes: samples, chunks: [100], attributes: attributes)
            try FileManager.default.removeItem(at: store.chunk([3], of: path))
        } _: {
            try body($0)
        }
    }

    @Test func `samples of a recording whose chunk is lost are an error, and come back with the chunk`() throws {
        try withSamples(isRecording: true) { directory in
            let recording = try Recording(
                store: DirectoryStore(path: directory.path), path: "0", cache: BlockCache(budget: 1 << 20), log: .silent
            )
            #expect(throws: RecordingError.self) { try recording.samples.read(bytes: 600..<800) }
            #expect(
                try recording.samples.read(bytes: 400..<600).flatMap { Array($0.bytes) }
                    == [UInt8](repeating: 7, count: 200))
            #expect(try Checked(directory).faults.count == 1)
            let chunk = directory.appending(path: "0/audio_data_blob_array/c/3")
            try Data(repeating: 7, count: 200).write(to: chunk)
            #expect(
                try recording.samples.read(bytes: 600..<800).flatMap { Array($0.bytes) }
                    == [UInt8](repeating: 7, count: 200))
            #expect(try Checked(directory).faults.isEmpty)
        }
    }

    @Test func `a chunk that a plain array does not have is its fill value`() throws {
        try withSamples(isRecording: false) { directory in
            let recording = try Recording(
                store: DirectoryStore(path: directory.path), path: "0", cache: BlockCache(budget: 1 << 20), log: .silent
            )
            let bytes = try recording.samples.read(bytes: 500..<900).flatMap { Array($0.bytes) }
            #expect(
                bytes == Array(repeating: 7, count: 100) + Array(repeating: 0, count: 200)
                    + Array(repeating: 7, count: 100))
        }
    }

    @Test func `a check counts the chunks that a plain array does not have, and finds no fault in them`() throws {
        try withSamples(isRecording: false) { directory in
            let checked = try Checked(directory)
            #expect(
                checked.findings.map(\.description) == [
                    "/0: 1 of its 10 chunks are not in the store, and read as the fill value"
                ])
            #expect(checked.findings.map(\.kind) == [.note] && checked.findings.map(\.absentChunkCount) == [1])
            #expect(checked.summary.absentChunks == 1 && checked.summary.notes == 1 && checked.summary.faults == 0)
        }
    }

    @Test func `an array that somebody put into a recording may leave out chunks, and its own may not`() throws {
        let fixture = try StreamFixture.named("fixed.flac")
        try Checked.with { store in
            try store.addRecording("0", codec: "flac", blob: try fixture.bytes)
            try store.addTable("0/flac_index", rows: try fixture.indexRows)
            try store.addArray("0/labels", shape: [6], type: "uint8", bytes: nil, chunks: [2])
        } _: { directory in
            let checked = try Checked(directory)
            #expect(
                checked.findings.map(\.description) == [
                    "/0: labels: 3 of its 3 chunks are not in the store, and read as the fill value"
                ])
            let store = try TestStore(at: directory, attributes: TestStore.audioGroup)
            try store.addArray("0/source_tail", shape: [6], type: "uint8", bytes: nil, chunks: [2])
            #expect(try Checked(directory).problems.contains { $0.hasPrefix("source_tail cannot be read") })
        }
    }
}

extension ZarrArray {
    /// The bytes of `range`.
    fileprivate func readBytes(_ range: Range<UInt64>) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        try bytes.withUnsafeMutableBytes { try read(bytes: range, into: $0) }
        return bytes
    }
}
