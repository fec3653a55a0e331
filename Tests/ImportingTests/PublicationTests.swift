import Foundation
import Recordings
import Support
import Synchronization
import TestSupport
import Testing
import Zarr

@testable import Importing

/// When staged recordings are on the disk, and when they show.
struct PublicationTests {
    private let fixture: ImportFixture
    private let store: ObservedStore
    private let group: AudioGroup
    private let importer = Importer(ImportOptions(), cache: BlockCache(budget: 1 << 20))

    init() throws {
        fixture = try ImportFixture()
        store = ObservedStore(fixture.store)
        try ZarrGroup.create(in: fixture.store, path: "pond", attributes: [String: String]())
        group = try AudioGroup(in: store, path: "pond")
        _ = store.takeCalls()
    }

    /// Stages files of these names whose samples depend on `seeds`.
    private func stage(
        _ names: [String], seeds: [Int]? = nil, into other: AudioGroup? = nil
    ) throws -> [StagedRecording] {
        try names.enumerated().map { index, name in
            var builder = WaveBuilder()
            builder.addFormat()
            builder.add("data", OddSource.noise(2_000 + 2 * (seeds?[index] ?? index)))
            return try importer.stage(at: fixture.file(name, builder.bytes), into: other ?? group) { _ in }
        }
    }

    @Test func `a recording that another import publishes while its group is looked at is known by its source`() throws
    {
        _ = try stage(["a.wav"]).map { try $0.publish() }
        let source = try #require(StoredSource(of: "pond/0", in: fixture.store))
        let (sha256, byteCount) = (try #require(source.sha256), try #require(source.byteCount))
        let between = FaultyStore(fixture.store)
        let sources = GroupSources(of: "pond", in: between)
        // The list has it, its document is not there yet, and then it is.
        between.fail(call: 2, with: .missing)
        #expect(try sources.mayHave(byteCount: byteCount))
        #expect(between.hitKey == "pond/0/zarr.json")
        #expect(try sources.place(of: SourceIdentity(sha256: sha256, stream: nil)) == "pond/0")
    }

    /// What became of each: a path, or `nil` for a failure.
    private func places(_ results: [Result<Importer.Outcome, ImportError>]) -> [String?] {
        results.map { result in
            switch result {
            case .success(.imported(let recording)): recording.path
            case .success(.alreadyThere(let place)): "\(place) before"
            case .failure: nil
            }
        }
    }

    private func syncs(_ calls: some Sequence<ObservedStore.Call>) -> [Int] {
        calls.compactMap { if case .sync(let node) = $0 { node } else { nil } }
    }

    @Test func `recordings of a batch are on the disk before the first shows, and their names before any is reported`()
        throws
    {
        let staged = try stage(["a.wav", "b.wav", "c.wav"])
        #expect(store.takeCalls() == [.stage(node: 0), .stage(node: 1), .stage(node: 2)])
        let results = StagedRecording.publish(staged)
        let calls = store.takeCalls()
        #expect(places(results) == ["pond/0", "pond/1", "pond/2"])
        let first = try #require(calls.firstIndex(of: .appear(node: 0, place: "pond/0")))
        #expect(Set(syncs(calls[..<first])) == [0, 1, 2])
        #expect(
            calls[first...] == [
                .appear(node: 0, place: "pond/0"), .appear(node: 1, place: "pond/1"),
                .appear(node: 2, place: "pond/2"), .syncNames(group: "pond"),
            ])
    }

    @Test func `a batch for several groups waits for the names in each of them once`() throws {
        let lake = try AudioGroup(in: store, path: "lake")
        try lake.make()
        let staged = try [
            stage(["a.wav"]), stage(["b.wav"], into: lake), stage(["c.wav"], seeds: [7]), stage(["d.wav"], into: lake),
        ].flatMap(\.self)
        _ = store.takeCalls()
        let results = StagedRecording.publish(staged)
        #expect(places(results) == ["pond/0", "lake/0", "pond/1", "lake/0 before"])
        let names = store.takeCalls().filter { if case .syncNames = $0 { true } else { false } }
        #expect(names.count == 2)
        for group in ["pond", "lake"] { #expect(names.contains(.syncNames(group: group))) }
    }

    @Test func `a group appears with its first recording, even if the import is interrupted before that`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.appending(path: "a.zarr").path
            let halted = Halt()
            let store = try DirectoryStore.create(path: path) { halted.hasCome.load(ordering: .relaxed) }
            let lake = try AudioGroup(in: store, path: "lake/north")
            let staged = try stage(["a.wav"], into: lake)
            #expect(try !store.children(of: "").contains("lake"))
            halted.hasCome.store(true, ordering: .relaxed)
            #expect(places(StagedRecording.publish(staged)) == ["lake/north/0"])
            #expect(try ZarrGroup.open(store, path: "lake/north").children() == ["0"])
        }
    }

    @Test func `a recording that cannot be synced is not published, and its source is the one that fails`() throws {
        let staged = try stage(["a.wav", "b.wav", "c.wav"])
        store.fail(.sync(node: 1))
        let results = StagedRecording.publish(staged)
        #expect(places(results) == ["pond/0", nil, "pond/1"])
        #expect(!store.takeCalls().contains { if case .appear(node: 1, _) = $0 { true } else { false } })
        let error = #expect(throws: ImportError.self) { try results[1].get() }
        #expect(error.map { "\($0)" }?.contains("Input/output error") == true)
        #expect(try fixture.store.children(of: "pond") == ["0", "1"])
    }

    @Test func `if the names of a batch cannot be synced, all its sources fail, and none shows or counts as there`()
        throws
    {
        let names = ["a.wav", "b.wav", "c.wav"]
        store.fail(.syncNames(group: "pond"))
        #expect(places(StagedRecording.publish(try stage(names))) == [nil, nil, nil])
        #expect(try fixture.store.children(of: "pond").isEmpty)
        let withdrawn = store.takeCalls().filter { if case .withdraw = $0 { true } else { false } }
        #expect(withdrawn == (0..<3).map { .withdraw(place: "pond/\($0)") })
        store.fail(nil)
        #expect(places(StagedRecording.publish(try stage(names))) == ["pond/0", "pond/1", "pond/2"])
    }

    @Test func `if one recording of a batch cannot be put in place, those before it are taken back`() throws {
        store.fail(.appear(node: 1, place: "pond/1"))
        #expect(places(StagedRecording.publish(try stage(["a.wav", "b.wav"]))) == [nil, nil])
        #expect(try fixture.store.children(of: "pond").isEmpty)
    }

    @Test func `the first of several recordings of one source in a batch is kept, and namesakes are known`() throws {
        let results = StagedRecording.publish(
            try stage(["a.wav", "b.wav", "a.flac.wav", "a.flac"], seeds: [1, 1, 2, 3]))
        #expect(places(results) == ["pond/0", "pond/0 before", "pond/1", "pond/2"])
        let namesakes = results.compactMap { result in
            if case .success(.imported(let recording)) = result { recording.namesake != nil } else { nil }
        }
        #expect(namesakes == [false, false, true])
        let later = StagedRecording.publish(try stage(["b.wav", "a.wav"], seeds: [4, 5]))
        guard case .success(.imported(let first)) = later[0], case .success(.imported(let second)) = later[1] else {
            Issue.record("these sources are new")
            return
        }
        #expect(first.namesake == nil && second.namesake == .otherFile)
    }

    @Test func `what is already there is reported only when its name is on the disk, too`() throws {
        _ = StagedRecording.publish(try stage(["a.wav"]))
        let again = try stage(["a.wav"])
        _ = store.takeCalls()
        #expect(places(StagedRecording.publish(again)) == ["pond/0 before"])
        #expect(store.takeCalls() == [.syncNames(group: "pond")])
    }

    @Test func `a source whose recording is removed during the import is not reported as already there`() throws {
        _ = StagedRecording.publish(try stage(["a.wav"]))
        let again = try stage(["a.wav"])
        try fixture.store.removeNode("pond/0")
        #expect(places(StagedRecording.publish(again)) == [nil])
        #expect(places(StagedRecording.publish(try stage(["a.wav"]))) == ["pond/0"])
    }
}

extension PublicationTests {
    @Test func `a recording of the same name is one of another file, or of another track of the same file`() throws {
        let sources = GroupSources(of: "pond", in: fixture.store)
        func source(_ sha256: String, _ stream: Int?, _ name: String) -> GroupSources.Source {
            GroupSources.Source(identity: SourceIdentity(sha256: sha256, stream: stream), byteCount: 1, name: name)
        }
        _ = sources.add("0", source("aa", 0, "night.mkv"))
        _ = sources.add("1", source("bb", nil, "day.wav"))
        #expect(sources.namesake(of: source("aa", 1, "night.mkv")) == .otherTrack)
        #expect(sources.namesake(of: source("cc", nil, "night.wav")) == .otherFile)
        #expect(sources.namesake(of: source("cc", nil, "dusk.wav")) == nil)
    }
}

/// Whether an import is interrupted.
private final class Halt: Sendable {
    let hasCome = Atomic(false)
}
