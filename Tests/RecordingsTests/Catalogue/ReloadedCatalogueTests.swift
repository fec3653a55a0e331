import Foundation
import Support
import TestSupport
import Testing
import Zarr

@testable import Recordings

@Suite struct `A catalogue of a store that has changed` {
    private let samples = [UInt8](repeating: 1, count: 64)

    /// Adds an array of samples, which is a recording.
    private func add(_ path: String, to store: TestStore) throws {
        try store.addArray(path, shape: [32], type: "int16", bytes: samples, attributes: ["sample_rate": 48_000])
    }

    private func withStore(_ body: (TestStore) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { directory in
            try body(TestStore(at: directory.appending(path: "s.zarr")))
        }
    }

    private func catalogue(_ store: any Store, isLiving: Bool = true) throws -> Catalogue {
        try Catalogue(
            store: store, cache: BlockCache(budget: 1 << 20), isLiving: isLiving, watch: nil, log: .silent)
    }

    private func paths(_ catalogue: Catalogue) -> [String] {
        var paths: [String] = []
        catalogue.forEachMember { contents, member in
            switch member {
            case .recording(let number): paths.append(contents.path(of: number))
            case .group(let group): paths.append("\(group.path)/")
            case .problem(let problem): paths.append("? \(problem.recording)")
            }
        }
        return paths
    }

    @Test func `a catalogue that is reloaded reads only what is new or was written anew`() throws {
        try withStore { test in
            for number in 0..<200 { try add("\(number)", to: test) }
            let store = FaultyStore(try DirectoryStore(path: test.directory.path))
            let first = try catalogue(store)
            first.learn()
            _ = store.takeReads()
            #expect(first.reloaded(.all) == nil)
            // The group's document.
            #expect(store.takeReads() == 1)

            try add("200", to: test)
            try add("70", to: test)
            try FileManager.default.removeItem(at: test.directory.appending(path: "3"))
            let second = try #require(first.reloaded(.all))
            // Both new ones, one of which is in the place of another one.
            #expect(store.takeReads() == 3)
            #expect(second.counts.recordings == 200)
            #expect((second.counts.learned, second.counts.waiting) == (198, 2))
            second.learn()
            #expect(second.counts.learned == 200)
            let contents = second.root.list()
            let revised = (0..<200).filter { contents.revision(of: $0) > 0 }.map { contents.path(of: $0) }
            #expect(revised == ["70"])
            #expect(paths(first).count == 200)
        }
    }

    @Test func `of names that are not said to have changed it is only looked whether they are there`() throws {
        try withStore { test in
            for name in ["0", "1", "2"] { try add(name, to: test) }
            let first = try catalogue(DirectoryStore(path: test.directory.path))
            first.learn()
            try add("1", to: test)
            var changes = NoticedChanges()
            changes.add("0", in: "")
            changes.add("1", in: "another group")
            #expect(first.reloaded(changes) == nil)
            changes.add("1", in: "")
            let second = try #require(first.reloaded(changes))
            #expect(second.root.list().revision(of: 1) > 0)
        }
    }

    @Test func `a group that comes again has other inodes, with all that is in it`() throws {
        try withStore { test in
            try test.addGroup("a")
            try add("a/0", to: test)
            try add("0", to: test)
            let first = try catalogue(DirectoryStore(path: test.directory.path))
            first.learn()
            #expect(first.root.list().groups[0].revision == 0)
            try FileManager.default.removeItem(at: test.directory.appending(path: "a"))
            let second = try #require(first.reloaded(.all))
            #expect(paths(second) == ["0"])
            #expect((second.counts.groups, second.counts.recordings, second.counts.learned) == (1, 1, 1))
            try test.addGroup("a")
            try add("a/0", to: test)
            let third = try #require(second.reloaded(.all))
            third.learn()
            let group = third.root.list().groups[0]
            #expect(group.revision > 0)
            #expect(group.list().revision(of: 0) == group.revision)
            #expect(third.root.list().revision(of: 0) == 0)
            #expect((third.counts.groups, third.counts.recordings, third.counts.learned) == (2, 2, 2))
        }
    }

    @Test(arguments: 0..<6)
    func `a catalogue that is reloaded after random changes is one that is listed anew`(seed: UInt64) throws {
        var random = RepeatableRandom(seed: seed)
        try withStore { test in
            let files = FileManager.default
            func change() throws {
                let folder = ["", "g/", "g/h/"].randomElement(using: &random) ?? ""
                let name = "\(folder)\(Int.random(in: 0..<150, using: &random))"
                let place = test.directory.appending(path: name)
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<6: try add(name, to: test)
                case 6..<8: if files.fileExists(atPath: place.path) { try files.removeItem(at: place) }
                case 8:
                    try files.createDirectory(at: place, withIntermediateDirectories: true)
                    try Data("{".utf8).write(to: place.appending(path: "zarr.json"))
                default: try test.addGroup(name)
                }
            }
            for group in ["g", "g/h"] { try test.addGroup(group) }
            for _ in 0..<200 { try change() }
            let store = try DirectoryStore(path: test.directory.path)
            var living = try catalogue(store)
            for step in 0..<12 {
                if step % 3 != 2 { living.learn() }
                for _ in 0..<Int.random(in: 1..<40, using: &random) { try change() }
                living = living.reloaded(.all) ?? living
                let fresh = try catalogue(store, isLiving: false)
                let isSame = paths(living) == paths(fresh)
                #expect(isSame, "step \(step)")
                living.learn()
                fresh.learn()
                #expect(living.counts == fresh.counts, "step \(step)")
                #expect(living.counts.waiting == 0)
            }
        }
    }
}
