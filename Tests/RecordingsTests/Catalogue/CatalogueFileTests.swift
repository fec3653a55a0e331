import Foundation
import SQLite
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

@testable import Recordings

struct CatalogueFileTests {
    /// A store of a FLAC, an AAC and an array, and a path for its catalogue beside it.
    private func withStore(_ body: (TestStore, String) throws -> Void) throws {
        let flac = try StreamFixture.named("fixed.flac").bytes
        let aac = try StreamFixture.named("exact.aac").bytes
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory.appending(path: "store.zarr"), attributes: TestStore.audioGroup)
            try store.addRecording(
                "0", codec: "flac", blob: flac, fileName: "é.wav",
                attributes: ["first_sample_time_stamp": "2025-06-18T05:00:00.25+02:00"],
                groupAttributes: ["base_features": ["filename": "é.wav", "sha256": "abc"]])
            try store.addGroup("pond")
            try store.addRecording("pond/7", codec: "aac", blob: aac)
            try store.addArray(
                "pond/samples", shape: [4], type: "int16", bytes: [1, 0, 2, 0, 3, 0, 4, 0],
                attributes: ["sample_rate": 48_000])
            try body(store, directory.appending(path: "catalogue.sqlite").path)
        }
    }

    private func catalogue(
        _ store: any Store, _ path: String?, lines: KeptLines = KeptLines()
    ) throws -> [Recording] {
        let file = path.map { CatalogueFile(path: $0, log: lines.log) }
        defer { file?.save() }
        return try Catalogue(store: store, cache: BlockCache(budget: 0), file: file, log: .silent).recordings
    }

    private func description(_ recordings: [Recording]) -> [String] {
        recordings.map { recording in
            let start = recording.start.map { "\($0)" } ?? "?"
            return [
                recording.path, recording.group, "\(recording.number ?? 0)", recording.sourceName,
                recording.codec.rawValue, "\(recording.format)", "\(recording.sampleCount)", start,
                "\(recording.modified)", recording.sourceSHA256 ?? "", recording.rateReason ?? "",
                "\(recording.waveExtent?.fileSize ?? 0)",
            ].joined(separator: " ")
        }
    }

    @Test func `the catalogue's file has all facts of the store, and recordings are read only for samples`() throws {
        try withStore { store, path in
            let base = try DirectoryStore(path: store.directory.path)
            let fresh = try catalogue(base, nil)
            #expect(fresh.count == 3)
            #expect(try description(catalogue(base, path)) == description(fresh))
            let counting = CountingStore(base)
            let known = try catalogue(counting, path)
            #expect(counting.takeCount() == 0)
            #expect(description(known) == description(fresh))
            for (left, right) in zip(known, fresh) { #expect(try left.allBytes() == right.allBytes()) }
        }
    }

    @Test func `the catalogue's file is not used for a recording that was changed, added or removed`() throws {
        let aac = try StreamFixture.named("exact.aac")
        let other = try aac.bytes
        try withStore { store, path in
            let base = try DirectoryStore(path: store.directory.path)
            #expect(try catalogue(base, path).map(\.path) == ["0", "pond/7", "pond/samples"])
            try FileManager.default.removeItem(at: store.directory.appending(path: "0"))
            try FileManager.default.removeItem(at: store.directory.appending(path: "pond/7"))
            try store.addRecording("0", codec: "aac", blob: other)
            try store.addRecording("1", codec: "aac", blob: other)
            let again = try DirectoryStore(path: store.directory.path)
            let after = try catalogue(again, path)
            #expect(after.map(\.path) == ["0", "1", "pond/samples"])
            #expect(try after[0].sampleCount == UInt64(aac.indexRows.count * 1024))
            #expect(try description(after) == description(catalogue(again, nil)))
        }
    }

    @Test func `entries of the catalogue's file that are not valid are not used`() throws {
        try withStore { store, path in
            let base = try DirectoryStore(path: store.directory.path)
            let fresh = try description(catalogue(base, path))
            let database = try Database(path: path)
            try database.execute("UPDATE recordings SET format_rate = -5, format_channels = 'two', samples = x'00'")
            #expect(try description(catalogue(base, path)) == fresh)
            // Plausible but wrong.
            for change in ["samples = samples + 1", "name = 'other.wav'", "sha256 = 'abd'"] {
                try database.execute("UPDATE recordings SET \(change)")
                #expect(try description(catalogue(base, path)) == fresh, "\(change)")
            }
        }
    }

    @Test func `a wrong bit anywhere in the catalogue's file changes nothing that is shown`() throws {
        try withStore { store, path in
            let base = try DirectoryStore(path: store.directory.path)
            let fresh = try description(catalogue(base, path))
            let right = try Data(contentsOf: URL(filePath: path))
            var random = RepeatableRandom(seed: 12)
            let used = right.indices.filter { right[$0] != 0 }
            for _ in 0..<300 {
                var wrong = right
                let place = used[Int(random.next() % UInt64(used.count))]
                wrong[place] ^= 1 << UInt8(random.next() % 8)
                try wrong.write(to: URL(filePath: path))
                let shown = try description(catalogue(base, path))
                #expect(shown == fresh, "byte \(place)")
            }
        }
    }

    @Test(arguments: ["damaged", "another program's", "a directory", "nowhere"])
    func `a catalogue works without its file if that cannot be used`(kind: String) throws {
        try withStore { store, path in
            let base = try DirectoryStore(path: store.directory.path)
            let fresh = try description(catalogue(base, nil))
            var path = path
            switch kind {
            case "damaged":
                try Data("not a database at all, but long enough for one".utf8).write(to: URL(filePath: path))
            case "another program's":
                try Database(path: path).execute("CREATE TABLE recordings(path)")
            case "a directory":
                try FileManager.default.createDirectory(at: URL(filePath: path), withIntermediateDirectories: true)
            default: path += "/nowhere"
            }
            let before = try? Data(contentsOf: URL(filePath: path))
            let lines = KeptLines()
            #expect(try description(catalogue(base, path, lines: lines)) == fresh)
            #expect(lines.all.count == 1)
            let after = try? Data(contentsOf: URL(filePath: path))
            #expect(after == before)
        }
    }

    @Test func `the catalogue's file may be deleted or damaged while it is in use`() throws {
        try withStore { store, path in
            let base = try DirectoryStore(path: store.directory.path)
            let fresh = try description(catalogue(base, nil))
            let lines = KeptLines()
            let file = CatalogueFile(path: path, log: lines.log)
            try FileManager.default.removeItem(atPath: path)
            let cache = BlockCache(budget: 0)
            #expect(
                try description(Catalogue(store: base, cache: cache, file: file, log: .silent).recordings) == fresh)
            file.save()
            #expect(try description(catalogue(base, path)) == fresh)
            let handle = try FileHandle(forWritingTo: URL(filePath: path))
            try handle.truncate(atOffset: 5_000)
            try handle.close()
            #expect(try description(catalogue(base, path)) == fresh)
        }
    }

    @Test func `the catalogue's file is shared by several mounts`() throws {
        try withStore { store, path in
            let base = try DirectoryStore(path: store.directory.path)
            let fresh = try description(catalogue(base, nil))
            let files = (0..<4).map { _ in CatalogueFile(path: path, log: .silent) }
            DispatchQueue.concurrentPerform(iterations: 40) { number in
                let recordings = try? Catalogue(
                    store: base, cache: BlockCache(budget: 0), file: files[number % 4], log: .silent
                ).recordings
                files[number % 4].save()
                #expect(description(recordings ?? []) == fresh)
            }
            let counting = CountingStore(base)
            #expect(try description(catalogue(counting, path)) == fresh)
            #expect(counting.takeCount() == 0)
        }
    }

    @Test(arguments: [("", 0, 0), ("zarr.json", 0, 1), ("c/0", 1, 0)])
    func `facts are neither kept nor used if the version of any part is unknown, nor frames if that of a chunk is`(
        part: String, factCount: Int, derivedCount: Int
    ) throws {
        let blob = try StreamFixture.named("fixed.flac").bytes
        try TestFiles.withTemporaryDirectory { directory in
            let test = try TestStore(at: directory.appending(path: "store.zarr"), attributes: TestStore.audioGroup)
            try test.addRecording("0", codec: "flac", blob: blob)
            let path = directory.appending(path: "catalogue.sqlite").path
            let base = try DirectoryStore(path: test.directory.path)
            let unversioned = UnversionedStore(base) { $0.hasSuffix(part) }
            /// Whether a mount of `store` reads chunks to learn the recording, and whether it reads most of the stream, which has
            /// no index, to find its last samples.
            func cost(_ store: any Store) throws -> (learns: Bool, scans: Bool) {
                let counting = CountingStore(store)
                let recording = try #require(catalogue(counting, path).first)
                let learned = counting.takeCount()
                _ = try recording.bytes(recording.dataByteCount - 4_000..<recording.dataByteCount)
                return (learned > 0, counting.takeCount() > blob.count / 2)
            }
            func rowCount(_ table: String) throws -> Int {
                try Database(path: path).rows("SELECT 1 FROM \(table)") { $0.first }.count
            }

            #expect(try cost(unversioned) == (true, true))
            #expect(try (rowCount("recordings"), rowCount("derived")) == (factCount, derivedCount))
            #expect(try cost(unversioned) == (factCount == 0, derivedCount == 0))
            // Facts that were kept while the versions were known are not used if the versions are unknown.
            _ = try cost(base)
            #expect(try (rowCount("recordings"), rowCount("derived")) == (1, 1))
            #expect(try cost(base) == (false, false))
            #expect(try cost(unversioned) == (factCount == 0, derivedCount == 0))
        }
    }

    /// Bytes of chunks that reading the end of `stream` takes in two mounts, one after the other, that share a file; and in a
    /// third whose file was damaged. All must give the same bytes.
    private func costs(of stream: StreamFixture) throws -> (first: Int, second: Int, damaged: Int, blob: Int) {
        let blob = try stream.bytes
        return try TestFiles.withTemporaryDirectory { directory in
            let test = try TestStore(at: directory.appending(path: "store.zarr"), attributes: TestStore.audioGroup)
            try test.addRecording("0", codec: stream.codec, blob: blob)
            let path = directory.appending(path: "catalogue.sqlite").path
            func mount() throws -> (cost: Int, bytes: [UInt8]) {
                let store = CountingStore(try DirectoryStore(path: test.directory.path))
                let recording = try #require(catalogue(store, path).first)
                let bytes = try recording.bytes(recording.dataByteCount - 4_000..<recording.dataByteCount)
                return (store.takeCount(), bytes)
            }
            let first = try mount()
            let second = try mount()
            #expect(second.bytes == first.bytes)
            let database = try Database(path: path)
            #expect(try database.rows("SELECT kind FROM derived") { $0[0].text }.count == 1)
            try database.execute("UPDATE derived SET content = CAST(content || 'x' AS BLOB)")
            let damaged = try mount()
            #expect(damaged.bytes == first.bytes)
            return (first.cost, second.cost, damaged.cost, blob.count)
        }
    }

    @Test(arguments: ["fixed.flac", "exact.aac", "clicks.ogg"])
    func `the catalogue's file keeps the places of the frames of a stream without an index`(name: String) throws {
        let costs = try costs(of: StreamFixture.named(name))
        // All of the stream, less what precedes its frames.
        #expect(costs.first > costs.second + costs.blob * 3 / 4)
        #expect(costs.damaged > costs.second + costs.blob * 3 / 4)
    }

    @Test func `the catalogue's file keeps the places from which an Opus stream can be decoded`() throws {
        let costs = try costs(of: StreamFixture.named("celt.opus"))
        // The packets are looked for once, and then read, from the start of the stream or from a restart near by.
        #expect(costs.first > costs.second + costs.blob / 2)
        #expect(costs.damaged > costs.second + costs.blob / 2)
    }
}
