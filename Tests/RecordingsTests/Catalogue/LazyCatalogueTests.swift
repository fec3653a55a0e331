import Foundation
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

@testable import Recordings

@Suite struct `A catalogue of many groups` {
    /// Calls `body` with the folder of a store of the groups `a`, `b` and `c`, each with the recordings `0` and `1` and the group
    /// `deep`.
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let blob = try StreamFixture.named("fixed.flac").bytes
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory)
            for group in ["a", "b", "c"] {
                try store.addGroup(group)
                try store.addGroup("\(group)/deep")
                for number in 0..<2 {
                    try store.addRecording(
                        "\(group)/\(number)", codec: "flac", blob: blob,
                        groupAttributes: [
                            "base_features": ["filename": "\(group)\(number).wav", "sha256": "ab", "size_bytes": 7],
                            "source_metadata": [
                                "guano": ["Loc Position": "49.5 -5.25", "Make": "Maker", "Serial": "S1"]
                            ],
                        ])
                }
            }
            try body(directory)
        }
    }

    private func withStore(_ body: (DirectoryStore) throws -> Void) throws {
        try withFolder { try body(DirectoryStore(path: $0.path)) }
    }

    private func catalogue(_ store: any Store, root: String = "") throws -> Catalogue {
        try Catalogue(store: store, root: root, cache: BlockCache(budget: 1 << 20), log: .silent)
    }

    @Test func `a catalogue lists a group without examining any other`() throws {
        try withStore { base in
            let store = ObservedStore(base)
            let catalogue = try catalogue(store)
            let groups = catalogue.root.list().groups
            #expect(groups.map(\.path) == ["a", "b", "c"])
            #expect(store.takeKeys().isDisjoint(with: ["a/0", "a/0/zarr.json", "b/0/zarr.json", "c/deep/zarr.json"]))
            #expect(groups[1].list().recordingCount == 2)
            #expect(groups[1].list().groups.map(\.path) == ["b/deep"])
            #expect(store.takeKeys().allSatisfy { $0 == "b" || $0.hasPrefix("b/") })
            #expect(catalogue.counts.recordings == 2)
            #expect(catalogue.counts.groups == 2)
        }
    }

    @Test func `a catalogue opens one recording without examining any other`() throws {
        try withStore { base in
            let store = ObservedStore(base)
            let catalogue = try catalogue(store)
            _ = store.takeKeys()
            let recording = try #require(try catalogue.recording(at: "b/1"))
            #expect(recording.sourceName == "b1.wav")
            #expect(try recording.bytes(0..<100).count == 100)
            let others = store.takeKeys().filter { !$0.hasPrefix("b/1/") }
            #expect(others.isSubset(of: ["b/1", "b/zarr.json", "zarr.json"]))
            #expect((catalogue.counts.groups, catalogue.counts.recordings) == (0, 0))
        }
    }

    @Test(arguments: [
        "", "b", "b/9", "b/deep", "b/1/audio_data_blob_array", "b//1", "b/./1", "../b/1", "__b", "b/1/", "d/0",
    ])
    func `a catalogue has no recording at a path where a listing shows none`(path: String) throws {
        try withStore { store in
            let catalogue = try catalogue(store)
            #expect(try catalogue.recording(at: path)?.path == nil)
        }
    }

    @Test func `a catalogue has only the recordings below its root`() throws {
        try withStore { store in
            let catalogue = try catalogue(store, root: "b")
            #expect(try catalogue.recording(at: "b/1")?.path == "b/1")
            #expect(try catalogue.recording(at: "a/1")?.path == nil)
            #expect(catalogue.recordings.map(\.path) == ["b/0", "b/1"])
        }
    }

    @Test func `a catalogue reports why a recording that is opened alone cannot be served`() throws {
        try withFolder { folder in
            try Data("{".utf8).write(to: folder.appending(path: "b/1/zarr.json"))
            let catalogue = try catalogue(DirectoryStore(path: folder.path))
            let error = #expect(throws: RecordingError.self) { try catalogue.recording(at: "b/1") }
            #expect(error?.recording == "b/1")
            #expect(error?.problem == "cannot be read")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a catalogue lists and learns one group for a caller while the background waits for another`() throws {
        try withStore { base in
            let (isThere, goOn) = (Semaphore(), Semaphore())
            let store = ObservedStore(base) { key in
                guard key == "a" else { return }
                isThere.signal()
                goOn.wait()
            }
            let catalogue = try catalogue(store)
            let learner = try WorkerThread(name: "learner") { catalogue.learn(threads: 1) }
            // The group `a` is being listed, and stays so.
            isThere.wait()
            let contents = catalogue.root.list().groups[1].list()
            #expect(try (0..<2).map { try contents.facts(of: $0).sourceName } == ["b0.wav", "b1.wav"])
            goOn.signal()
            learner.join()
            #expect(catalogue.counts.learned == 6)
            #expect(catalogue.counts.waiting == 0)
        }
    }

    @Test func `a catalogue learns a recording once for all threads that ask, with all attributes of its group`() throws
    {
        try withStore { base in
            let store = CountingStore(base)
            let catalogue = try catalogue(store)
            let contents = catalogue.root.list().groups[0].list()
            let facts = try contents.facts(of: 0)
            #expect(facts.sourceSHA256 == "ab")
            #expect((facts.latitude, facts.longitude) == (49.5, -5.25))
            #expect((facts.make, facts.model, facts.serial) == ("Maker", nil, "S1"))
            #expect(try contents.status(of: 0).byteCount == facts.waveExtent?.fileSize)
            _ = store.takeBlobReads()
            Parallel.forEach(count: 50, threads: 8) { _ in
                #expect((try? contents.facts(of: 0)) == facts)
            }
            #expect(store.takeBlobReads() == 0)
        }
    }
}
