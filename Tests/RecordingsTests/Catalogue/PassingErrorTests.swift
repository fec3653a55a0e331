import Foundation
import Glibc
import Support
import TestSupport
import Testing
import Zarr

@testable import Recordings

/// What a catalogue shows after errors that pass.
struct PassingErrorTests {
    /// Longer than it takes until what has failed is tried again.
    private static let pause: UInt32 = 1_100_000

    /// Calls `body` with a catalogue of the recordings `0`, `1` and `group/0`, and its store, in which `fault` happens at first.
    private static func with(
        _ fault: @escaping @Sendable (_ key: String) -> FaultyStore.Fault?,
        _ body: (Catalogue, FaultyStore) throws -> Void
    ) throws {
        let blob = try StreamFixture.named("fixed.flac").bytes
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory)
            try store.addGroup("group")
            for path in ["0", "1", "group/0"] { try store.addRecording(path, codec: "flac", blob: blob) }
            let faulty = FaultyStore(try DirectoryStore(path: directory.path))
            let catalogue = try Catalogue(store: faulty, cache: BlockCache(budget: 1 << 20), log: .silent)
            faulty.fail(fault)
            try body(catalogue, faulty)
        }
    }

    /// The paths of the recordings that can be served.
    private static func served(_ catalogue: Catalogue) -> [String] {
        catalogue.learn()
        var paths: [String] = []
        catalogue.forEachMember { contents, member in
            if case .recording(let number) = member, (try? contents.status(of: number)) != nil {
                paths.append(contents.path(of: number))
            }
        }
        return paths
    }

    @Test(arguments: [EIO, ESTALE, EACCES, EMFILE])
    func `a recording whose audio could not be read is served once it can be`(code: Int32) throws {
        try Self.with({ $0.hasPrefix("1/audio_data_blob_array/c") ? .error(code) : nil }) { catalogue, store in
            #expect(Self.served(catalogue) == ["0", "group/0"])
            #expect(catalogue.counts.problems == 1)
            #expect(catalogue.root.list().isUnsettled)
            store.heal()
            usleep(Self.pause)
            #expect(catalogue.renewed() == nil)
            #expect(Self.served(catalogue) == ["0", "1", "group/0"])
            #expect(catalogue.counts.problems == 0 && catalogue.counts.learned == 3 && catalogue.counts.waiting == 0)
            #expect(!catalogue.root.list().isUnsettled)
        }
    }

    @Test func `a recording that cannot be served is not learned again at every call`() throws {
        try Self.with({ $0.hasPrefix("1/audio_data_blob_array/c") ? .error(EIO) : nil }) { catalogue, store in
            _ = Self.served(catalogue)
            _ = store.takeReads()
            for _ in 0..<1_000 { _ = try? catalogue.root.list().status(of: 1) }
            #expect(store.takeReads() < 20)
        }
    }

    private static let faults: [FaultyStore.Fault] = [.error(EIO), .error(EACCES), .error(EMFILE), .missing]

    @Test(arguments: faults)
    func `a recording whose document could not be read appears once it can be, and no other is learned again`(
        fault: FaultyStore.Fault
    ) throws {
        try Self.with({ $0 == "1/zarr.json" ? fault : nil }) { catalogue, store in
            #expect(Self.served(catalogue) == ["0", "group/0"])
            #expect(catalogue.root.list().isUnsettled)
            usleep(Self.pause)
            #expect(catalogue.renewed() == nil)
            store.heal()
            usleep(2 * Self.pause)
            let renewed = try #require(catalogue.renewed())
            _ = store.takeReads()
            #expect(Self.served(renewed) == ["0", "1", "group/0"])
            #expect(store.takeReads() < 20)
            #expect(renewed.counts == CatalogueCounts.of(renewed))
            #expect(!renewed.root.list().isUnsettled && renewed.renewed() == nil)
        }
    }

    @Test(arguments: faults)
    func `a group that could not be read appears with its recordings once it can be`(fault: FaultyStore.Fault) throws {
        try Self.with({ $0.hasPrefix("group/zarr.json") ? fault : nil }) { catalogue, store in
            #expect(Self.served(catalogue) == ["0", "1"])
            store.heal()
            usleep(Self.pause)
            let renewed = try #require(catalogue.renewed())
            #expect(Self.served(renewed) == ["0", "1", "group/0"])
        }
    }

    @Test func `a group that could not be listed is listed once it can be`() throws {
        try Self.with({ $0 == "group" ? .error(EMFILE) : nil }) { catalogue, store in
            #expect(Self.served(catalogue) == ["0", "1"])
            store.heal()
            usleep(Self.pause)
            let renewed = try #require(catalogue.renewed())
            #expect(Self.served(renewed) == ["0", "1", "group/0"])
            #expect(renewed.counts == CatalogueCounts.of(renewed))
        }
    }

    @Test func `a folder that has had no document for long is taken for no node, unlike a node that cannot be read`()
        throws
    {
        var delay = RetryDelay()
        for _ in 0..<6 {
            #expect(!delay.isLongest && !delay.isOver)
            delay.extend()
        }
        for isMissing in [true, false] {
            let node = UnreadNodes.Node(path: "a", isMissing: isMissing)
            #expect(try #require(UnreadNodes([node])).mayAppear)
            #expect(try #require(UnreadNodes([node], delay: delay)).mayAppear == !isMissing)
        }
    }
}

extension CatalogueCounts {
    /// What a catalogue of the same store counts that has learned everything at once.
    fileprivate static func of(_ catalogue: Catalogue) -> CatalogueCounts {
        var counts = CatalogueCounts()
        catalogue.forEachMember { contents, member in
            guard case .recording(let number) = member, let status = try? contents.status(of: number) else { return }
            counts.recordings += 1
            counts.addLearned(byteCount: status.byteCount)
        }
        counts.groups = 2
        return counts
    }
}
