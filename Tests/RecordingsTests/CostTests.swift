import Foundation
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

@testable import Recordings

struct CostTests {
    private func withCounted<T>(
        _ fixture: StreamFixture, rows: [[UInt64]]?,
        _ body: (CountingStore, OpenedRecording) throws -> T
    ) throws -> T {
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory, attributes: TestStore.audioGroup)
            try store.addRecording("0", codec: fixture.codec, blob: fixture.bytes)
            if let rows { try store.addTable("0/\(fixture.codec)_index", rows: rows) }
            let counting = CountingStore(try DirectoryStore(path: directory.path))
            return try body(counting, OpenedRecording(store: counting))
        }
    }

    @Test(arguments: ["fixed.flac", "exact.aac"])
    func `opening a recording with an index reads a few kilobytes`(_ name: String) throws {
        let fixture = try StreamFixture.named(name)
        let rows = try fixture.indexRows
        try withCounted(fixture, rows: rows) { store, opened in
            _ = try opened.recording
            let read = store.takeCount()
            // The first 64 KiB, which the first frames are found in, and the rows and headers that the index is tried by.
            #expect(read < 70_000 + 9 * (2 * 24 + 2 * 9))
        }
    }

    @Test(arguments: ["fixed.flac", "exact.aac"])
    func `opening a recording reads each of its documents once`(_ name: String) throws {
        let fixture = try StreamFixture.named(name)
        try withCounted(fixture, rows: fixture.indexRows) { store, opened in
            _ = store.takeDocumentReads()
            _ = try Recording(store: store, path: "0", cache: opened.cache, log: .silent)
            let reads = store.takeDocumentReads()
            #expect(reads["0/zarr.json"] == 1 && reads["0/\(HierarchyNames.blob)/zarr.json"] == 1)
            #expect(reads.values.allSatisfy { $0 == 1 }, "\(reads)")
        }
    }

    @Test(arguments: ["fixed.flac", "exact.aac"])
    func `reading a recording reads the frames that are needed and their rows`(_ name: String) throws {
        let fixture = try StreamFixture.named(name)
        let rows = try fixture.indexRows
        try withCounted(fixture, rows: rows) { store, opened in
            let recording = try opened.recording
            _ = store.takeCount()
            let middle = recording.dataByteCount / 2
            _ = try recording.bytes(middle..<middle + 100)
            let largest = rows.map { Int($0[1]) }.max() ?? 0
            // FLAC: one frame. AAC: sixteen, and one of pre-roll.
            let frames = fixture.codec == "flac" ? 1 : 17
            #expect(store.takeCount() <= frames * (largest + 24))
            _ = try recording.bytes(middle..<middle + 100)
            #expect(store.takeCount() == 0, "what is kept is not read again")
        }
    }

    @Test func `opening a FLAC recording without an index costs the same for any length`() throws {
        let fixture = try StreamFixture.named("fixed.flac")
        try withCounted(fixture, rows: nil) { store, opened in
            _ = try opened.recording
            #expect(store.takeCount() < 1_000)
        }
    }

    @Test(arguments: ["fixed.flac", "exact.aac"])
    func `frames that follow each other are one read of the store, and their rows another`(name: String) throws {
        let fixture = try StreamFixture.named(name)
        let whole = try OpenedRecording.with(fixture) { try $0.recording.allBytes() }
        let rows = try fixture.indexRows
        try withCounted(fixture, rows: rows) { store, opened in
            let recording = try opened.recording
            // 64 frames of FLAC, or 4 units of 16 frames of AAC.
            let length = (rows[70][2] - rows[6][2]) * UInt64(recording.format.blockAlign)
            let start = rows[6][2] * UInt64(recording.format.blockAlign)
            _ = (store.takeBlobReads(), store.takeIndexReads())
            let bytes = try recording.bytes(start..<start + length)
            #expect(bytes.elementsEqual(whole[Int(start)..<Int(start + length)]))
            #expect(store.takeBlobReads() == 1)
            #expect(store.takeIndexReads() == 1)
        }
    }

    @Test(arguments: ["fixed.flac", "exact.aac"])
    func `frames that follow each other are one read of the store without an index, too`(name: String) throws {
        let fixture = try StreamFixture.named(name)
        let rows = try fixture.indexRows
        try withCounted(fixture, rows: nil) { store, opened in
            let recording = try opened.recording
            // Has the frames found.
            _ = try recording.bytes(0..<1)
            let length = (rows[70][2] - rows[20][2]) * UInt64(recording.format.blockAlign)
            let start = rows[20][2] * UInt64(recording.format.blockAlign)
            _ = store.takeBlobReads()
            #expect(try recording.bytes(start..<start + length).count == Int(length))
            #expect(store.takeBlobReads() == 1)
        }
    }
}
