import Foundation
import Support
import TestSupport
import Testing
import Zarr

@testable import Recordings

struct CatalogueTests {
    private let flac = Result { try StreamFixture.named("fixed.flac").bytes }

    @Test func `a store is searched at every depth, and numbers are in their order`() throws {
        let blob = try flac.get()
        try OpenedRecording.with { store in
            for path in ["10", "9", "b/1", "b/0", "a/deep/down/0"] {
                for depth in 1..<path.split(separator: "/").count {
                    try store.addGroup(path.split(separator: "/").prefix(depth).joined(separator: "/"))
                }
                try store.addRecording(path, codec: "flac", blob: blob)
            }
        } _: { opened in
            #expect(opened.catalogue.recordings.map(\.path) == ["9", "10", "a/deep/down/0", "b/0", "b/1"])
            #expect(opened.catalogue.recordings.map(\.group) == ["", "", "a/deep/down", "b", "b"])
            #expect(opened.catalogue.recordings.map(\.number) == [9, 10, 0, 0, 1])
        }
    }

    @Test func `facts are read from the attributes of a store in either spelling`() throws {
        let blob = try flac.get()
        try OpenedRecording.with { store in
            try store.addRecording(
                "0", codec: "FLAC", blob: blob, attributes: ["first_sample_time_stamp": "2024-09-03T20:26:15+01:00"],
                groupAttributes: ["base_features": ["FILENAME": "dusk.flac", "SH256": "abc"]])
        } _: { opened in
            let recording = try opened.recording
            #expect(recording.sourceName == "dusk.flac")
            #expect(recording.sourceSHA256 == "abc")
            #expect(recording.start == Timestamp(iso8601: "2024-09-03T20:26:15+01:00"))
        }
    }

    @Test func `a store with a broken recording serves all others and names that one`() throws {
        let blob = try flac.get()
        let damages: [(what: String, damage: (URL) throws -> Void)] = [
            ("a document that is no JSON", { try Data("{".utf8).write(to: $0.appending(path: "zarr.json")) }),
            ("no audio", { try FileManager.default.removeItem(at: $0.appending(path: "audio_data_blob_array")) }),
            (
                "audio that is not FLAC",
                { try Data(repeating: 7, count: 90_000).write(to: $0.appending(path: "audio_data_blob_array/c/0")) }
            ),
            (
                "an unknown codec",
                {
                    let file = $0.appending(path: "audio_data_blob_array/zarr.json")
                    let text = try String(contentsOf: file, encoding: .utf8)
                    try Data(text.replacing("\"flac\"", with: "\"mp3\"").utf8).write(to: file)
                }
            ),
            (
                "zarr_format 2",
                {
                    try FileManager.default.removeItem(at: $0.appending(path: "zarr.json"))
                    try Data("{}".utf8).write(to: $0.appending(path: ".zgroup"))
                }
            ),
            ("no document", { try FileManager.default.removeItem(at: $0.appending(path: "zarr.json")) }),
            (
                "a folder in place of its document",
                {
                    try FileManager.default.removeItem(at: $0.appending(path: "zarr.json"))
                    try FileManager.default.createDirectory(
                        at: $0.appending(path: "zarr.json"), withIntermediateDirectories: true)
                }
            ),
            (
                "the document of an array of samples",
                {
                    let array = try Data(contentsOf: $0.appending(path: "audio_data_blob_array/zarr.json"))
                    let text = String(decoding: array, as: UTF8.self)
                        .replacing(/"codec" *: *"flac"/, with: "\"sample_rate\": 8000")
                    try Data(text.utf8).write(to: $0.appending(path: "zarr.json"))
                }
            ),
        ]
        for (what, damage) in damages {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory)
                for number in 0..<3 { try store.addRecording("\(number)", codec: "flac", blob: blob) }
                try damage(directory.appending(path: "1"))
                let opened = try OpenedRecording(store: DirectoryStore(path: directory.path))
                #expect(opened.catalogue.recordings.map(\.path) == ["0", "2"], "\(what)")
                #expect(opened.catalogue.problems.count == 1, "\(what)")
                #expect(opened.catalogue.problems.first?.description.hasPrefix("/1: ") == true, "\(what)")
            }
        }
    }

    @Test func `a group without a document is a problem, and a folder of anything else is none`() throws {
        let blob = try flac.get()
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory)
            try store.addGroup("a")
            try store.addRecording("a/0", codec: "flac", blob: blob)
            try store.addArray("b", shape: [4], type: "uint8", bytes: [1, 2, 3, 4])
            try FileManager.default.removeItem(at: directory.appending(path: "a/zarr.json"))
            try FileManager.default.createDirectory(
                at: directory.appending(path: "notes/2024"), withIntermediateDirectories: true)
            let opened = try OpenedRecording(store: DirectoryStore(path: directory.path))
            #expect(opened.catalogue.recordings.isEmpty)
            #expect(
                opened.catalogue.problems.map(\.description) == [
                    "/a: cannot be read: there is no zarr.json, though there are nodes in its folder"
                ])
        }
    }

    @Test func `a store that loops through a link is searched once`() throws {
        let blob = try flac.get()
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory)
            try store.addGroup("a")
            try store.addRecording("a/0", codec: "flac", blob: blob)
            try FileManager.default.createSymbolicLink(
                at: directory.appending(path: "a/again"), withDestinationURL: directory)
            let opened = try OpenedRecording(store: DirectoryStore(path: directory.path))
            #expect(opened.catalogue.recordings.map(\.path) == ["a/0"])
        }
    }

    @Test func `a store is entered down to a bounded depth`() throws {
        try OpenedRecording.with { store in
            for depth in 1...40 { try store.addGroup([String](repeating: "g", count: depth).joined(separator: "/")) }
        } _: { opened in
            #expect(opened.catalogue.problems.count == 1)
            #expect(opened.catalogue.problems.first?.description.contains("too deep") == true)
        }
    }

    @Test func `groups have the time at which their documents were written`() throws {
        let blob = try flac.get()
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory)
            try store.addGroup("a")
            try store.addRecording("a/0", codec: "flac", blob: blob)
            var times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1_700_000_000, tv_nsec: 5)]
            #expect(utimensat(AT_FDCWD, directory.appending(path: "a/zarr.json").path, &times, 0) == 0)
            let catalogue = try OpenedRecording(store: DirectoryStore(path: directory.path)).catalogue
            #expect(catalogue.root.list().groups.map(\.modified?.seconds) == [1_700_000_000])
        }
    }

    @Test func `a catalogue reads of the recordings only their names, and the rest when it is asked for`() throws {
        let blob = try flac.get()
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory)
            try store.addRecording("0", codec: "flac", blob: blob)
            try store.addRecording("1", codec: "flac", blob: Array("no FLAC".utf8))
            let counting = CountingStore(try DirectoryStore(path: directory.path))
            let catalogue = try Catalogue(store: counting, cache: BlockCache(budget: 1 << 20), log: .silent)
            let contents = catalogue.root.list()
            #expect(counting.takeCount() == 0)
            #expect(contents.recordingCount == 2)
            #expect((0..<2).map { contents.path(of: $0) } == ["0", "1"])
            #expect(catalogue.counts.waiting == 2)
            #expect(try contents.recording(0).codec == .flac)
            #expect(counting.takeCount() > 0)
            #expect(catalogue.counts.waiting == 1)
            #expect(throws: RecordingError.self) { try contents.recording(1) }
            // A recording that cannot be served keeps its name from others.
            #expect(contents.naming(of: 1).sourceName == "source.wav")
            #expect(contents.naming(of: 1).number == 1)
            #expect(catalogue.problems.map(\.recording) == ["1"])
        }
    }

    @Test func `more recordings than are kept open are all read correctly`() throws {
        let blob = try flac.get()
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory)
            for number in 0..<300 { try store.addRecording("\(number)", codec: "flac", blob: blob) }
            let catalogue = try Catalogue(
                store: DirectoryStore(path: directory.path), cache: BlockCache(budget: 0), log: .silent)
            let recordings = catalogue.recordings
            #expect(recordings.count == 300)
            let expected = try recordings[0].allBytes()
            Parallel.forEach(count: 600, threads: 8) { number in
                #expect((try? recordings[number % 300].allBytes()) == expected)
            }
        }
    }

    @Test func `a recording that changed under the mount is an error, not other samples`() throws {
        let blob = try flac.get()
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory)
            for number in 0..<400 { try store.addRecording("\(number)", codec: "flac", blob: blob) }
            let catalogue = try Catalogue(
                store: DirectoryStore(path: directory.path), cache: BlockCache(budget: 0), log: .silent)
            // More than are kept open, and the files of most of these are not either: they are opened anew when they are read.
            let last = catalogue.recordings[340..<360]
            let whole = try catalogue.recordings[0].allBytes()
            var other = blob
            // STREAMINFO's total of samples ends with its 18th byte, after four bytes of magic and four of block header.
            other[25] ^= 1
            for recording in last {
                try FileManager.default.removeItem(at: directory.appending(path: recording.path))
                try store.addRecording(recording.path, codec: "flac", blob: other)
            }
            let failed = last.filter { recording in
                do {
                    #expect(try recording.allBytes() == whole)
                    return false
                } catch {
                    return "\(error)".contains("was rewritten since")
                }
            }
            #expect(failed.count > 10)
        }
    }

    @Test func `a part of a store can be served, from a group on`() throws {
        let blob = try flac.get()
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory)
            try store.addGroup("a")
            try store.addRecording("a/0", codec: "flac", blob: blob)
            try store.addRecording("1", codec: "flac", blob: blob)
            let catalogue = try Catalogue(
                store: DirectoryStore(path: directory.path), root: "a", cache: BlockCache(budget: 0), log: .silent)
            #expect(catalogue.recordings.map(\.path) == ["a/0"])
            #expect(throws: ZarrError.self) {
                try Catalogue(
                    store: DirectoryStore(path: directory.path), root: "b", cache: BlockCache(budget: 0), log: .silent)
            }
        }
    }
}
