import Foundation
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

@testable import Recordings

/// The catalogue that a store keeps of itself.
@Suite struct `The catalogue in a store` {
    /// A store of a FLAC and an AAC in a group, one in which is nothing, and an array.
    private func withStore(_ body: (TestStore, DirectoryStore) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory.appending(path: "store.zarr"))
            try store.addGroup("pond", attributes: TestStore.audioGroup)
            try store.addGroup("void")
            try store.addRecording(
                "pond/0", codec: "flac", blob: StreamFixture.named("fixed.flac").bytes, fileName: "é.wav",
                attributes: ["first_sample_time_stamp": "2025-06-18T05:00:00.25+02:00"])
            try store.addRecording("pond/7", codec: "aac", blob: StreamFixture.named("exact.aac").bytes)
            try store.addArray(
                "samples", shape: [4], type: "int16", bytes: [1, 0, 2, 0, 3, 0, 4, 0],
                attributes: ["sample_rate": 48_000])
            try body(store, DirectoryStore(path: store.directory.path))
        }
    }

    /// The catalogue of `store`, which is made of what it keeps of itself if it `usesStored`; if that is nil, unless it is a folder.
    private func catalogue(
        _ store: any Store, file: CatalogueFile? = nil, isLiving: Bool = true, usesStored: Bool? = nil,
        log: Log = .silent
    ) throws -> Catalogue {
        try Catalogue(
            store: store, cache: BlockCache(budget: 1 << 20), file: file, isLiving: isLiving,
            usesStored: usesStored ?? !(store is DirectoryStore), log: log)
    }

    /// What a catalogue has: the facts of recordings, the paths of groups, and of what cannot be read.
    private func listing(_ catalogue: Catalogue) -> [String] {
        var lines: [String] = []
        catalogue.forEachMember { contents, member in
            switch member {
            case .recording(let number):
                var facts = try? contents.facts(of: number)
                // A remote store does not know it.
                facts?.modified = Timestamp(seconds: 0)
                lines.append("\(contents.path(of: number)) \(facts.map { "\($0.packed)" } ?? "?")")
            case .group(let group): lines.append("\(group.path)/")
            case .problem(let problem): lines.append("? \(problem.recording)")
            }
        }
        return lines
    }

    private func write(_ store: DirectoryStore) throws {
        _ = try StoredCatalogueEditor(store).replace(by: catalogue(store, isLiving: false))
    }

    /// The files of the parts.
    private func files(_ store: TestStore) throws -> [URL] {
        let folder = store.directory.appending(path: StoredCatalogue.path)
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
            .map { folder.appending(path: $0) }.filter { !$0.hasDirectoryPath }
            .filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true }
    }

    // MARK: - Rows

    @Test func `rows of a catalogue are read from its columns as they were written`() throws {
        try withStore { _, store in
            let rows =
                `The facts of a recording`.examples.enumerated().map { number, facts in
                    var facts = facts
                    facts.path = "pond/é/\(number)"
                    return StoredRow(path: facts.path, content: .recording(facts))
                } + [
                    StoredRow(path: "", content: .group(modified: Timestamp(seconds: 5, nanoseconds: 6))),
                    StoredRow(path: "void", content: .group(modified: nil)), StoredRow(path: "a", content: .unread),
                    StoredRow(path: "b/c", content: .gone),
                ]
            try StoredCatalogueEditor(store).publish(rows)
            let read = try StoredCatalogue.rows(in: store) { $0 }
            #expect(read.problems.isEmpty)
            #expect(read.rows == rows)
        }
    }

    @Test func `each column of a catalogue has a name of its own`() {
        let layout = ColumnLayout.current
        #expect(Set(layout.integers + layout.reals + layout.texts).count == layout.places.count + layout.texts.count)
        #expect(layout.reals.contains("latitude") && layout.texts.contains("sha256"))
        #expect(layout.integers.contains("has_start") && layout.integers.contains("metadata_fingerprint"))
    }

    @Test func `paths that no node has are no rows`() throws {
        try withStore { _, store in
            let paths = ["../x", "a//b", "/a", "a/", "__x", "a\0", StoredCatalogue.path, "\(StoredCatalogue.path)/x"]
            let deep = repeatElement("a", count: 100).joined(separator: "/")
            try StoredCatalogueEditor(store).publish((paths + [deep]).map { StoredRow(path: $0, content: .unread) })
            #expect(try StoredCatalogue.rows(in: store) { $0 }.rows.isEmpty)
        }
    }

    // MARK: - Listing

    @Test func `a mount of a remote store lists what its catalogue has, and asks for nothing else`() throws {
        try withStore { _, store in
            try write(store)
            let expected = listing(try catalogue(store))
            #expect(expected.count == 5)
            for listsFolders in [true, false] {
                let remote = RemoteStandIn(store, listsFolders: listsFolders)
                let known = try catalogue(remote)
                #expect(listing(known) == expected)
                #expect(known.mayBeStale == listsFolders)
                #expect(remote.takeLists() == (listsFolders ? [StoredCatalogue.path] : []))
                // The root, the catalogue's document or list, four documents at once, three arrays.
                let requests = remote.takeTrips().flatMap { $0 }.map(\.key)
                #expect(Set(requests).count == requests.count)
                #expect(requests.count == (listsFolders ? 8 : 9), "\(requests)")
                #expect(requests.filter { !$0.hasPrefix(StoredCatalogue.path) } == ["zarr.json"])
                known.learn()
                #expect(remote.takeTrips().isEmpty && known.counts.learned == 3)
            }
        }
    }

    @Test func `ten thousand recordings of a remote store are listed in ten requests`() throws {
        try withStore { _, store in
            let example = try #require(`The facts of a recording`.examples.first)
            let rows = (0..<10_000).map { number in
                var facts = example
                facts.path = "pond/\(number)"
                facts.sampleCount = UInt64(number)
                facts.sourceName = "20250618_\(number).wav"
                return StoredRow(path: facts.path, content: .recording(facts))
            }
            try StoredCatalogueEditor(store).publish(rows)
            let remote = RemoteStandIn(store)
            let contents = try #require(try catalogue(remote).root.list().groups.first).list()
            #expect(contents.recordingCount == 10_000)
            #expect(contents.naming(of: 9_999).sourceName == "20250618_9999.wav")
            #expect(try contents.facts(of: 4_321).sampleCount == 4_321)
            let requests = remote.takeTrips().flatMap { $0 }
            #expect(remote.takeLists().count + requests.count == 9, "\(requests)")
        }
    }

    @Test func `a store without a catalogue of its own is listed as before`() throws {
        try withStore { _, store in
            let expected = listing(try catalogue(store))
            let remote = RemoteStandIn(store)
            let found = try catalogue(remote)
            #expect(listing(found) == expected && !found.mayBeStale)
            #expect(throws: Never.self) { try catalogue(RemoteStandIn(store, listsFolders: false)) }
            let lines = KeptLines()
            let web = try catalogue(RemoteStandIn(store, listsFolders: false), log: lines.log)
            #expect(web.problems.map(\.recording) == [""])
        }
    }

    @Test func `nobody takes the catalogue for a group of recordings`() throws {
        try withStore { _, store in
            let before = listing(try catalogue(store))
            try write(store)
            #expect(listing(try catalogue(store)) == before)
            #expect(listing(try catalogue(RemoteStandIn(store), usesStored: false)) == before)
            #expect(try store.leftovers().isEmpty)
            #expect(try StoreMembers(of: store, root: "", cache: BlockCache(budget: 0)).groups == ["", "pond", "void"])
        }
    }

    // MARK: - Stores on this machine

    /// A store of a group of a hundred recordings, whose catalogue is written.
    private func withMany(_ body: (TestStore, DirectoryStore) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory.appending(path: "store.zarr"))
            try store.addGroup("pond", attributes: TestStore.audioGroup)
            for number in 0..<100 {
                try store.addRecording(
                    "pond/\(number)", codec: "flac", blob: StreamFixture.named("fixed.flac").bytes,
                    fileName: "\(number).wav")
            }
            let folder = try DirectoryStore(path: store.directory.path)
            try write(folder)
            try body(store, folder)
        }
    }

    /// `catalogue` as a mount has it when it has examined all that the store's own catalogue says.
    private func proved(_ catalogue: Catalogue) throws -> Catalogue {
        catalogue.learn()
        try #require(catalogue.mayBeStale)
        let examined = try #require(catalogue.reloaded(.all))
        examined.learn()
        #expect(!examined.mayBeStale)
        return examined
    }

    /// The contents of the group `pond`.
    private func pond(_ catalogue: Catalogue) throws -> GroupContents {
        try #require(catalogue.root.list().groups.first).list()
    }

    @Test func `a mount lists recordings on this machine from the store's catalogue, and examines them later`() throws {
        try withMany { _, store in
            let expected = listing(try catalogue(store))
            let counting = CountingStore(store)
            let known = try catalogue(counting)
            #expect(try pond(known).recordingCount == 100)
            for number in 0..<100 { #expect(try pond(known).facts(of: number).sourceName == "\(number).wav") }
            #expect(counting.takeBlobReads() == 0 && known.counts.learned == 100)
            known.learn()
            #expect(counting.takeBlobReads() >= 100)
            #expect(listing(known) == expected && known.counts.learned == 100)
            known.learn()
            #expect(counting.takeBlobReads() == 0)
            #expect(known.reloaded(.all) == nil)
            // What ends when it has listed does not examine them later.
            let command = try catalogue(counting, isLiving: false)
            #expect(listing(command) == expected && counting.takeBlobReads() >= 100)
        }
    }

    @Test func `what was changed on this machine after the store's catalogue is read from the store`() throws {
        try withMany { test, store in
            let folder = test.directory.appending(path: "pond")
            // Two that are each the other now, with all their times, and the times of all others are gone.
            try FileManager.default.moveItem(at: folder.appending(path: "5"), to: folder.appending(path: "x"))
            try FileManager.default.moveItem(at: folder.appending(path: "6"), to: folder.appending(path: "5"))
            try FileManager.default.moveItem(at: folder.appending(path: "x"), to: folder.appending(path: "6"))
            for number in 10..<100 {
                let document = folder.appending(path: "\(number)/zarr.json")
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: document.path)
            }
            try test.addRecording("pond/200", codec: "flac", blob: StreamFixture.named("fixed.flac").bytes)
            try FileManager.default.removeItem(at: folder.appending(path: "7"))
            let counting = CountingStore(store)
            let contents = try pond(catalogue(counting))
            let fresh = try pond(catalogue(store))
            #expect(contents.recordingCount == 100 && fresh.recordingCount == 100)
            for number in 0..<100 { #expect(try contents.facts(of: number) == fresh.facts(of: number)) }
            #expect(try contents.facts(of: 5).sourceName == "6.wav")
            // Two that were swapped, and the new one.
            let examined = counting.takeDocumentReads().keys.filter { $0.hasSuffix("audio_data_blob_array/zarr.json") }
            #expect(Set(examined.map { $0.split(separator: "/")[1] }) == ["5", "6", "200"])
        }
    }

    @Test func `a recording whose audio is another one than the catalogue says is found out before it is read`() throws
    {
        try withMany { test, store in
            let blob = test.directory.appending(path: "pond/5/audio_data_blob_array")
            try FileManager.default.removeItem(at: blob)
            try test.addRecording("spare", codec: "aac", blob: StreamFixture.named("exact.aac").bytes)
            try FileManager.default.moveItem(
                at: test.directory.appending(path: "spare/audio_data_blob_array"), to: blob)
            try FileManager.default.removeItem(at: test.directory.appending(path: "spare"))
            let contents = try pond(catalogue(CountingStore(store)))
            let stale = try contents.recording(5)
            #expect(stale.codec == .flac)
            let error = #expect(throws: RecordingError.self) { try stale.allBytes() }
            #expect(error?.isChange == true)
            let known = try proved(catalogue(CountingStore(store)))
            let fresh = try pond(known).recording(5)
            #expect(fresh.codec == .aac && fresh.sourceName == "5.wav")
            #expect(try fresh.allBytes() == pond(catalogue(store)).recording(5).allBytes())
            #expect(known.counts.learned == 100 && known.counts.problems == 0 && known.counts.waiting == 0)
        }
    }

    @Test func `damage since the catalogue of a store on this machine was written is a problem once it is examined`()
        throws
    {
        try withMany { test, store in
            let blob = test.directory.appending(path: "pond/5/audio_data_blob_array")
            try FileManager.default.removeItem(at: blob.appending(path: "zarr.json"))
            let known = try catalogue(CountingStore(store))
            #expect(throws: RecordingError.self) { try pond(known).recording(5).allBytes() }
            #expect(known.counts.problems == 0)
            let examined = try proved(known)
            #expect(examined.counts.problems == 1 && examined.counts.learned == 99 && examined.counts.waiting == 0)
            #expect(throws: RecordingError.self) { try pond(examined).facts(of: 5) }
            #expect(examined.recordings.count == 99)
        }
    }

    @Test func `a catalogue that is wrong of every recording is found out, whatever it says`() throws {
        try withMany { _, store in
            let fresh = try pond(catalogue(store))
            for edit in [
                { $0.sampleCount -= 1 }, { $0.sampleCount = .max }, { $0.isArray = true }, { $0.sourceName += "x" },
                { $0.envelopeSize = EnvelopeSize(headByteCount: 50, tailByteCount: 0) }, { $0.latitude = 1 },
            ] as [(inout RecordingFacts) -> Void] {
                let rows = try (0..<100).map { number in
                    var facts = try fresh.facts(of: number)
                    edit(&facts)
                    return StoredRow(path: facts.path, content: .recording(facts))
                }
                try StoredCatalogueEditor(store).publish(rows)
                var known = try catalogue(CountingStore(store))
                known.learn()
                if known.mayBeStale { known = try #require(known.reloaded(.all)) }
                known.learn()
                #expect(known.counts.learned == 100 && known.counts.problems == 0 && known.counts.waiting == 0)
                let contents = try pond(known)
                for number in 0..<100 { #expect(try contents.facts(of: number) == fresh.facts(of: number)) }
                #expect(contents.naming(of: 7).sourceName == "7.wav")
                #expect(contents.mayRestoreSources == fresh.mayRestoreSources)
            }
        }
    }

    @Test func `what was listed anew while it was examined counts once`() throws {
        try withMany { test, store in
            // Something that may be a recording.
            let lost = test.directory.appending(path: "pond/x/zarr.json")
            try FileManager.default.createDirectory(
                at: lost.deletingLastPathComponent(), withIntermediateDirectories: false)
            try Data("{".utf8).write(to: lost)
            let blob = test.directory.appending(path: "pond/5/audio_data_blob_array")
            try FileManager.default.removeItem(at: blob.appending(path: "zarr.json"))
            let known = try catalogue(CountingStore(store))
            #expect(try pond(known).recordingCount == 100 && known.counts.problems == 1)
            try test.addRecording("pond/x", codec: "flac", blob: StreamFixture.named("fixed.flac").bytes)
            // Not at once.
            Thread.sleep(forTimeInterval: 2)
            let renewed = try #require(known.renewed())
            // The pass over what was listed before goes on.
            known.learn()
            #expect(try pond(renewed).recordingCount == 101)
            #expect(renewed.counts.learned + renewed.counts.waiting == 101 && renewed.counts.problems == 0)
            renewed.learn()
            #expect(renewed.counts.learned == 100 && renewed.counts.problems == 1 && renewed.counts.waiting == 0)
        }
    }

    @Test func `the catalogue of a store on this machine is not read if an earlier mount has learned the recordings`()
        throws
    {
        try withMany { test, store in
            let path = test.directory.deletingLastPathComponent().appending(path: "catalogue.sqlite").path
            let first = CatalogueFile(path: path, log: .silent)
            try catalogue(CountingStore(store), file: first).learn()
            first.save()
            let observed = ObservedStore(store)
            let known = try catalogue(observed, file: CatalogueFile(path: path, log: .silent))
            known.learn()
            #expect(listing(known) == listing(try catalogue(store)))
            let parts = try StoredCatalogue.partNames(in: store)
            #expect(observed.takeKeys().filter { key in parts.contains { key.contains($0) } }.isEmpty)
        }
    }

    // MARK: - Stale catalogues

    @Test func `what the store has otherwise than its catalogue is shown when the store has been asked`() throws {
        try withStore { test, store in
            try write(store)
            try test.addRecording("pond/8", codec: "flac", blob: StreamFixture.named("fixed.flac").bytes)
            try FileManager.default.removeItem(at: test.directory.appending(path: "pond/7"))
            let remote = RemoteStandIn(store)
            let first = try catalogue(remote)
            #expect(first.recordings.map(\.path) == ["pond/0", "pond/7", "samples"])
            let second = try #require(first.reloaded(.all))
            #expect(second.recordings.map(\.path) == ["pond/0", "pond/8", "samples"])
            #expect(!second.mayBeStale && second.reloaded(.all) == nil)
            // A command asks at once.
            let command = try catalogue(remote, isLiving: false)
            #expect(command.recordings.map(\.path) == ["pond/0", "pond/8", "samples"])
            #expect(!command.mayBeStale)
        }
    }

    @Test func `a recording that is another one than the catalogue says is not read as that, but learned anew`() throws
    {
        try withStore { test, store in
            try write(store)
            let folder = test.directory.appending(path: "pond/0")
            try FileManager.default.removeItem(at: folder)
            try test.addRecording(
                "pond/0", codec: "aac", blob: StreamFixture.named("exact.aac").bytes, fileName: "é.wav")
            let contents = try #require(try catalogue(RemoteStandIn(store)).root.list().groups.first).list()
            let stale = try contents.recording(0)
            #expect(stale.codec == .flac)
            let error = #expect(throws: RecordingError.self) { try stale.allBytes() }
            #expect(error?.isChange == true)
            contents.relearn(0)
            let fresh = try contents.recording(0)
            #expect(fresh.codec == .aac)
            #expect(try fresh.allBytes() == catalogue(store).recordings[1].allBytes())
        }
    }

    @Test func `a start that was changed since the catalogue was written shows when the recording is opened`() throws {
        try withStore { test, store in
            try write(store)
            try test.addRecording(
                "pond/0", codec: "flac", blob: StreamFixture.named("fixed.flac").bytes, fileName: "é.wav",
                attributes: ["first_sample_time_stamp": "2025-06-18T06:00:00.25+02:00"])
            let contents = try #require(try catalogue(RemoteStandIn(store)).root.list().groups.first).list()
            let stale = try contents.recording(0)
            #expect(stale.start == Timestamp(iso8601: "2025-06-18T05:00:00.25+02:00"))
            let error = #expect(throws: RecordingError.self) { try stale.allBytes() }
            #expect(error?.isChange == true)
            contents.relearn(0)
            #expect(try contents.facts(of: 0).start == Timestamp(iso8601: "2025-06-18T06:00:00.25+02:00"))
        }
    }

    @Test func `a web server's new parts are shown when the mount looks again`() throws {
        try withStore { test, store in
            try write(store)
            let first = try catalogue(RemoteStandIn(store, listsFolders: false))
            #expect(first.recordings.count == 3)
            first.learn()
            #expect(first.reloaded(.all) == nil)
            try test.addRecording("pond/8", codec: "flac", blob: StreamFixture.named("fixed.flac").bytes)
            #expect(first.reloaded(.all) == nil)
            try StoredCatalogueEditor(store).add(changed: ["pond/8"], gone: ["pond/7"])
            let second = try #require(first.reloaded(.all))
            #expect(second.recordings.map(\.path) == ["pond/0", "pond/8", "samples"])
        }
    }

    // MARK: - Parts

    @Test func `later parts count before earlier ones, and a merged one has what all of them had`() throws {
        try withStore { test, store in
            let editor = StoredCatalogueEditor(store)
            try editor.add(changed: ["pond/0"])
            try editor.add(changed: ["pond/0", "pond/7", "samples"])
            try editor.add(changed: [], gone: ["pond/0"])
            func paths() throws -> [String] { try catalogue(RemoteStandIn(store)).recordings.map(\.path) }
            #expect(try paths() == ["pond/7", "samples"])
            try editor.add(changed: ["pond/0"])
            #expect(try paths() == ["pond/0", "pond/7", "samples"])
            let old = try StoredCatalogue.partNames(in: store)
            #expect(old.count == 4)
            let expected = listing(try catalogue(store))

            // Killed after the merged part is there, before the others are removed.
            try editor.publish(StoredCatalogue.rows(in: store) { $0 }.rows)
            #expect(try StoredCatalogue.partNames(in: store).count == 5)
            #expect(try paths() == ["pond/0", "pond/7", "samples"])

            #expect(try editor.replace(by: catalogue(store, isLiving: false)) == 3)
            let merged = try StoredCatalogue.partNames(in: store)
            #expect(merged.count == 1 && !old.contains(merged[0]))
            #expect(listing(try catalogue(RemoteStandIn(store))) == expected)
            // What cannot be listed is named.
            #expect(try StoredCatalogue.partNames(in: RemoteStandIn(store, listsFolders: false)) == merged)
            #expect(try editor.remove() && !editor.remove())
            #expect(!FileManager.default.fileExists(atPath: test.directory.appending(path: StoredCatalogue.path).path))
        }
    }

    @Test func `what was read back of new recordings is believed if nobody has changed the catalogue meanwhile`() throws
    {
        try withStore { test, store in
            let editor = StoredCatalogueEditor(store)
            var facts = try Recording(store: store, path: "pond/0", cache: BlockCache(budget: 1 << 20), log: .silent)
                .facts
            let start = facts.start
            facts.start = Timestamp(seconds: 7)
            func stored() throws -> Timestamp? {
                let rows = try StoredCatalogue.rows(in: store) { $0 }.rows.filter { $0.path == "pond/0" }
                guard case .recording(let facts)? = rows.last?.content else { return nil }
                return facts.start
            }
            try editor.add(changed: [], imported: [facts], since: StoredCatalogueEditor.parts(of: store))
            #expect(try stored() == facts.start)
            let parts = try StoredCatalogueEditor.parts(of: store)
            // Somebody else sets the start of the new recording.
            try editor.add(changed: ["pond/0"])
            #expect(try stored() == start)
            try editor.add(changed: [], imported: [facts], since: parts)
            #expect(try stored() == start)
            try editor.add(changed: [], imported: [facts])
            #expect(try stored() == start)
        }
    }

    @Test func `where a group was and a recording is now, or nothing, a catalogue knows of no group`() throws {
        try withStore { _, store in
            let editor = StoredCatalogueEditor(store)
            for path in ["pond/a", "pond/b"] {
                try editor.publish([
                    StoredRow(path: path, content: .group(modified: nil)),
                    StoredRow(path: "\(path)/0", content: .unread),
                ])
            }
            try editor.publish([
                StoredRow(path: "pond/a", content: .unread), StoredRow(path: "pond/b/0", content: .gone),
                StoredRow(path: "pond/b", content: .gone),
            ])
            let stored = StoredCatalogue(in: store, showing: .all, log: .silent)
            #expect(stored.members(ofGroup: "pond").map { Set($0.keys) } == ["a"])
            #expect(stored.members(ofGroup: "pond/a") == nil && stored.members(ofGroup: "pond/b") == nil)
        }
    }

    @Test func `what is added while parts are merged counts more than the merged part`() throws {
        try withStore { test, store in
            let editor = StoredCatalogueEditor(store)
            try editor.add(changed: ["pond/0", "pond/7", "samples"])
            let old = try #require(StoredCatalogue.partNames(in: store).last)
            // Somebody else says so before the merged part is there, which was begun before.
            try editor.publish([StoredRow(path: "pond/7", content: .gone)])
            try editor.publish(
                [StoredRow(path: "pond/7", content: .unread)], at: PartTime(after: old))
            #expect(
                try catalogue(RemoteStandIn(store)).recordings.map(\.path) == [
                    "pond/0", "samples",
                ])

            let merged = try catalogue(store, isLiving: false)
            #expect(try editor.replace(by: merged) == 3)
            let newest = try #require(StoredCatalogue.partNames(in: store).last)
            try editor.add(changed: [], gone: ["samples"])
            #expect(try #require(StoredCatalogue.partNames(in: store).last) > newest)
        }
    }

    @Test func `a part counts more than older ones of a machine whose clock is ahead`() throws {
        try withStore { test, store in
            let editor = StoredCatalogueEditor(store)
            try editor.add(changed: ["pond/0", "pond/7", "samples"])
            try editor.publish(
                [StoredRow(path: "pond/7", content: .gone)], at: PartTime(after: "900000000000-999999999-a"))
            try editor.add(changed: ["pond/7"])
            let names = try StoredCatalogue.partNames(in: store)
            #expect(names.count == 3 && names[1].hasPrefix("900000000001-000000000-"))
            #expect(names[2].hasPrefix("900000000001-000000002-"))
            #expect(
                try catalogue(RemoteStandIn(store, listsFolders: false)).recordings.map(\.path) == [
                    "pond/0", "pond/7", "samples",
                ])
        }
    }

    @Test func `a catalogue that lacks recordings is none for those who cannot list the store, until it has all`()
        throws
    {
        try withStore { test, store in
            let editor = StoredCatalogueEditor(store)
            func names() throws -> [String] {
                try StoredCatalogue.partNames(in: RemoteStandIn(store, listsFolders: false))
            }
            try editor.add(changed: ["pond/0"])
            #expect(try names() == [])
            #expect(try StoredCatalogue.partNames(in: store).count == 1)
            try editor.add(changed: ["samples"])
            #expect(try names() == [])
            // The empty group needs no row.
            try editor.add(changed: [], kept: ["pond/0", "pond/7"])
            #expect(try names() == StoredCatalogue.partNames(in: store))
            #expect(try names().count == 3)
            try editor.add(changed: [], kept: ["pond/0", "pond/7"])
            #expect(try names().count == 3)
        }
    }

    @Test func `two that merge the catalogue at once, and one that adds to it, leave all rows`() throws {
        try withStore { _, store in
            let catalogues = try (0..<2).map { _ in try catalogue(store, isLiving: false) }
            let editor = StoredCatalogueEditor(store)
            try editor.add(changed: ["pond/7"])
            let results = Parallel.map([0, 1, 2], threads: 3) { number in
                Result { () throws(ZarrError) -> Int in
                    guard number < 2 else {
                        for _ in 0..<5 { try editor.add(changed: ["pond/0"]) }
                        return 3
                    }
                    return try editor.replace(by: catalogues[number])
                }
            }
            for result in results { #expect(try result.get() == 3) }
            #expect(listing(try catalogue(RemoteStandIn(store))) == listing(try catalogue(store)))
            let check = try StoredCatalogueCheck(store, against: catalogue(store, isLiving: false))
            #expect(check.missing.isEmpty && check.stale.isEmpty && check.gone.isEmpty && check.problems.isEmpty)
        }
    }

    @Test func `a part without its document is none`() throws {
        try withStore { test, store in
            try write(store)
            let name = try #require(StoredCatalogue.partNames(in: store).first)
            let document = test.directory.appending(path: "\(StoredCatalogue.path)/\(name)/zarr.json")
            try FileManager.default.removeItem(at: document)
            #expect(try catalogue(RemoteStandIn(store)).recordings.map(\.path) == ["pond/0", "pond/7", "samples"])
            let read = try StoredCatalogue.rows(in: store) { $0 }
            #expect(read.rows.isEmpty && read.problems.isEmpty && read.parts == [name])
        }
    }

    @Test func `damage anywhere in a catalogue costs requests, never a wrong recording`() throws {
        try withStore { test, store in
            try write(store)
            let expected = listing(try catalogue(store))
            var random = RepeatableRandom(seed: 7)
            for file in try files(test) {
                let whole = Array(try Data(contentsOf: file))
                for round in 0..<8 {
                    var bytes = whole
                    switch round {
                    case 0: bytes = []
                    case 1: bytes = Array(bytes.prefix(bytes.count / 2))
                    case 2: bytes = (0..<bytes.count).map { _ in UInt8.random(in: 0...255, using: &random) }
                    default:
                        let place = Int.random(in: 0..<bytes.count, using: &random)
                        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                    }
                    try Data(bytes).write(to: file)
                    let fresh = try DirectoryStore(path: test.directory.path)
                    // Letters of a document's names may be other ones now; what is read is right or nothing.
                    let isEqual = listing(try catalogue(RemoteStandIn(fresh), isLiving: false)) == expected
                    #expect(isEqual, "\(file.path) \(round)")
                }
                try Data(whole).write(to: file)
            }
        }
    }

    @Test func `columns that contradict themselves give no row and end nothing`() throws {
        var random = RepeatableRandom(seed: 11)
        var writer = ColumnFactWriter()
        for facts in `The facts of a recording`.examples {
            writer.append(StoredRow(path: facts.path, content: .recording(facts)))
        }
        let layout = ColumnLayout.current
        let integers = writer.integerBytes
        for _ in 0..<400 {
            var bytes = integers
            for _ in 0..<4 {
                let word = Int.random(in: 0..<bytes.count / 8, using: &random)
                let value: UInt64 =
                    [.max, 1 << 63, 0, UInt64.random(in: 0...(.max), using: &random)].randomElement(
                        using: &random) ?? 0
                withUnsafeBytes(of: value) { bytes.replaceSubrange(word * 8..<word * 8 + 8, with: $0) }
            }
            let columns = try #require(
                ReadColumns(
                    rowCount: writer.rowCount, integers: (layout.integers, Block(bytes)),
                    reals: (layout.reals, Block(writer.realBytes)), texts: (layout.texts, Block(writer.textBytes))))
            for row in 0..<columns.rowCount {
                guard case .recording(let facts) = ColumnFactReader.row(row, of: columns)?.content else { continue }
                _ = KnownRecording(facts)
            }
        }
        #expect(
            ReadColumns(
                rowCount: writer.rowCount + 1, integers: (layout.integers, Block(integers)),
                reals: (layout.reals, Block(writer.realBytes)), texts: (layout.texts, Block(writer.textBytes))) == nil)
    }

    @Test func `a check of the catalogue names what it lacks, what is stale, and what is gone`() throws {
        try withStore { test, store in
            try write(store)
            func check() throws -> StoredCatalogueCheck {
                try StoredCatalogueCheck(store, against: catalogue(store, isLiving: false))
            }
            #expect(try check().stale.isEmpty)
            try test.addRecording("pond/8", codec: "flac", blob: StreamFixture.named("fixed.flac").bytes)
            try test.addRecording(
                "pond/0", codec: "flac", blob: StreamFixture.named("fixed.flac").bytes, fileName: "b.wav")
            try FileManager.default.removeItem(at: test.directory.appending(path: "samples"))
            let result = try check()
            #expect((result.missing, result.stale, result.gone) == (["pond/8"], ["pond/0"], ["samples"]))
            #expect(result.recordingCount == 3 && result.problems.isEmpty)
        }
    }

    // MARK: - The file of earlier mounts

    @Test func `what was learned of a remote store is kept, and used as long as documents have the same versions`()
        throws
    {
        try withStore { test, store in
            let path = test.directory.deletingLastPathComponent().appending(path: "catalogue.sqlite").path
            func learn(_ remote: RemoteStandIn) throws -> [String] {
                let file = CatalogueFile(path: path, log: .silent)
                defer { file.save() }
                let catalogue = try catalogue(remote, file: file)
                catalogue.learn()
                return listing(catalogue)
            }
            let remote = RemoteStandIn(store)
            let first = try learn(remote)
            let count = remote.takeTrips().joined().count
            let again = try learn(remote)
            #expect(again == first)
            // Documents alone: of three groups, three recordings, and the root once more.
            let requests = remote.takeTrips().flatMap { $0 }.map(\.key)
            #expect(requests.allSatisfy { $0.hasSuffix("zarr.json") && !$0.contains("blob") })
            #expect(requests.count <= 10 && count > 20)

            try test.addRecording(
                "pond/0", codec: "aac", blob: StreamFixture.named("exact.aac").bytes, fileName: "x.wav")
            let changed = try learn(RemoteStandIn(DirectoryStore(path: test.directory.path)))
            #expect(changed != first)
            #expect(changed == listing(try catalogue(DirectoryStore(path: test.directory.path))))
        }
    }
}
