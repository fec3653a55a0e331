import Foundation
import Glibc
import HTTP
import Support
import Synchronization
import TestSupport
import Testing

@testable import Zarr

struct StoreCopyTests {
    private static func outcomes(_ outcome: String, of nodes: [String] = CopyFixture.nodes) -> [String: String] {
        var outcomes = Dictionary(uniqueKeysWithValues: nodes.map { ($0, outcome) })
        outcomes["pond/notes"] = "is no Zarr node, and is not copied"
        for name in ["README", "pond/x.txt"] { outcomes[name] = "belongs to no Zarr node, and is not copied" }
        return outcomes
    }

    @Test(arguments: [1, 2, 8])
    func `a copy has every node of the source byte for byte, and says what belongs to none`(threads: Int) throws {
        try CopyFixture.with { fixture throws in
            #expect(try fixture.copy(threads: threads) == Self.outcomes("copied"))
            #expect(try fixture.differences() == [])
            #expect(try DirectoryStore(path: fixture.copy.path).leftovers() == [])
        }
    }

    @Test func `a copy that is made again copies nothing, and adds what is new`() throws {
        try CopyFixture.with { fixture throws in
            try fixture.copy()
            let changes = Mutex(0)
            let again = try fixture.copy { _, _ throws(SystemError) in changes.withLock { $0 += 1 } }
            #expect(again == Self.outcomes("there"))
            #expect(changes.withLock { $0 } == 0)
            _ = try stageRecording(in: DirectoryStore(path: fixture.folder.path)).publish(as: "pond/3")
            #expect(try fixture.copy()["pond/3"] == "copied")
            #expect(try fixture.differences() == [])
        }
    }

    @Test func `a copy of a group has the same paths, and the groups above it`() throws {
        try CopyFixture.with { fixture throws in
            #expect(try fixture.copy("lake/north") == ["lake/north/0": "copied"])
            let rest = ["pond/0", "pond/1", "pond/2", "pond/plain", "pond/zarr.json"]
            #expect(try fixture.differences() == rest)
            #expect(try fixture.copy("pond/1") == ["pond/1": "copied"])
            #expect(try fixture.differences() == ["pond/0", "pond/2", "pond/plain"])
            #expect(throws: StoreError.self) { try fixture.copy("pond/7") }
        }
    }

    @Test(arguments: ["pond/0/index/c/0", "pond/0/zarr.json", "pond/0/index/zarr.json"], [false, true])
    func `what is another one at the destination is named and left, and all else is copied`(
        key: String, hasSameSize: Bool
    ) throws {
        try CopyFixture.with { fixture throws in
            try fixture.copy("pond/0")
            let size = try Data(contentsOf: fixture.copy.appending(path: key)).count
            let other = [UInt8](repeating: 7, count: hasSameSize ? size : 1)
            try fixture.put(key, other, inCopy: true)
            let outcomes = try fixture.copy()
            let name = key.dropFirst("pond/0/".count)
            #expect(outcomes["pond/0"]?.contains("with another \(name), and it is left as it is") == true)
            #expect(try Data(contentsOf: fixture.copy.appending(path: key)) == Data(other))
            #expect(try fixture.differences() == ["pond/0"])
        }
    }

    @Test func `a folder whose nodes have lost the document above them is named as a failure, and the rest is copied`()
        throws
    {
        try CopyFixture.with { fixture throws in
            try FileManager.default.removeItem(at: fixture.folder.appending(path: "pond/1/zarr.json"))
            let outcomes = try fixture.copy()
            #expect(outcomes["pond/1"]?.contains("there is no zarr.json, though there are nodes in its folder") == true)
            #expect(outcomes["pond/1"]?.hasPrefix("failed") == true)
            #expect(outcomes["pond/0"] == "copied" && outcomes["pond/notes"] == "is no Zarr node, and is not copied")
        }
    }

    @Test func `what only the destination has stays, in recordings and beside them`() throws {
        try CopyFixture.with { fixture throws in
            try fixture.copy("pond/0")
            try fixture.put("pond/0/extra", [1], inCopy: true)
            try fixture.put("pond/9/zarr.json", Array(#"{"node_type":"group","zarr_format":3}"#.utf8), inCopy: true)
            #expect(try fixture.copy()["pond/0"] == "there")
            #expect(try fixture.differences() == ["pond/0", "pond/9/zarr.json"])
            // A folder without a document is none of a copy's.
            try FileManager.default.removeItem(at: fixture.copy.appending(path: "pond/1/zarr.json"))
            #expect(try fixture.copy()["pond/1"]?.contains("something else there, which is no Zarr node") == true)
        }
    }

    @Test func `a group with another document is named, and what is in it is copied`() throws {
        try CopyFixture.with { fixture throws in
            try fixture.copy("lake")
            try fixture.put("pond/zarr.json", DirectoryStore.emptyGroup, inCopy: true)
            let outcomes = try fixture.copy()
            #expect(outcomes["pond"]?.contains("with another zarr.json, and it is left as it is") == true)
            #expect(outcomes["pond/0"] == "copied")
            #expect(try fixture.differences() == ["pond/zarr.json"])
        }
    }

    // MARK: - Consolidated metadata

    private static func root(_ paths: [String]) -> [UInt8] {
        let names = paths.map { "\"\($0)\": {}" }.joined(separator: ", ")
        return Array(
            """
            {"zarr_format": 3, "node_type": "group", "attributes": {"site": "reserve"},
            "consolidated_metadata": {"kind": "inline", "metadata": {\(names)}}}
            """.utf8)
    }

    @Test func `consolidated metadata come last, when all that they name is there`() throws {
        try CopyFixture.with { fixture throws in
            try fixture.put("zarr.json", Self.root(["pond", "pond/0"]))
            let source = FaultyStore(try fixture.source)
            source.fail { $0 == "pond/0/index/c/0" ? .error(EIO) : nil }
            #expect(try fixture.copy(from: source)["pond/0"]?.hasPrefix("failed") == true)
            let first = try Data(contentsOf: fixture.copy.appending(path: "zarr.json"))
            #expect(String(decoding: first, as: UTF8.self).contains(#""consolidated_metadata": null"#))
            try fixture.copy()
            #expect(try fixture.differences() == [])
            // They are brought up to date, unless they name what only the destination has.
            try fixture.put("zarr.json", Self.root(["pond", "pond/0", "pond/1"]))
            #expect(try fixture.copy() == Self.outcomes("there"))
            #expect(try fixture.differences() == [])
            try fixture.put("zarr.json", Self.root(["river"]), inCopy: true)
            let note = "keeps its consolidated metadata, which name nodes that the source does not have"
            #expect(try fixture.copy()[""] == note)
            #expect(try fixture.differences() == ["zarr.json"])
        }
    }

    // MARK: - Faults

    @Test func `whatever cannot be read of the source, the copy has all else, and all of it later`() throws {
        try CopyFixture.with { fixture throws in
            let source = FaultyStore(try fixture.source)
            for fault in [FaultyStore.Fault.error(EIO), .cut] {
                for key in ["pond/0/index/c/1", "pond/1/zarr.json", "lake/north/0/index/zarr.json", "pond/plain/c/0"] {
                    source.fail { $0 == key ? fault : nil }
                    let node = try #require(CopyFixture.nodes.first { key.hasPrefix("\($0)/") })
                    #expect(try fixture.copy(from: source)[node]?.hasPrefix("failed") == true, "\(key)")
                    #expect(try fixture.differences() == [node])
                    source.heal()
                    #expect(try fixture.copy(from: source)[node] == "copied")
                    #expect(try fixture.differences() == [])
                    try FileManager.default.removeItem(at: fixture.copy)
                }
            }
        }
    }

    @Test func `a request of any number that fails leaves no part of a recording, and all is there the next time`()
        throws
    {
        try CopyFixture.with { fixture throws in
            let source = FaultyStore(try fixture.source)
            var number = 0
            repeat {
                number += 17
                try? FileManager.default.removeItem(at: fixture.copy)
                source.fail(call: number, with: .error(EIO))
                let outcomes = try? fixture.copy(from: source, threads: 1)
                if let outcomes, source.hitKey != nil {
                    let failed = outcomes.filter { $0.value.hasPrefix("failed") }
                    let missing = try fixture.differences()
                    #expect(failed.count == 1, "\(number)")
                    #expect(missing.allSatisfy { name in failed.keys.contains { name.hasPrefix($0) } }, "\(missing)")
                }
                let hit = source.hitKey
                source.heal()
                #expect(try !fixture.copy(from: source).values.contains { $0.hasPrefix("failed") })
                #expect(try fixture.differences() == [])
                if hit == nil { break }
            } while number < 1000
            #expect(number > 50)
        }
    }

    @Test(arguments: ["pond/0/index/c/0", "pond/0/zarr.json"])
    func `a recording that changes while it is copied is named and not copied, and others are`(key: String) throws {
        try CopyFixture.with { fixture throws in
            let bytes = try Data(contentsOf: fixture.folder.appending(path: key))
            let hasChanged = Atomic(false)
            let rewrite: @Sendable (StoreCopy.Progress) -> Void = { progress in
                guard progress.byteCount > 0, !hasChanged.exchange(true, ordering: .relaxed) else { return }
                try? bytes.write(to: fixture.folder.appending(path: key))
            }
            let outcomes = try fixture.copy("pond/0", threads: 1, progress: rewrite)
            #expect(outcomes["pond/0"]?.hasPrefix("failed") == true)
            #expect(outcomes["pond/0"]?.contains("changed while it was copied") == true, "\(outcomes)")
            #expect(try fixture.copy() == Self.outcomes("copied"))
            #expect(try fixture.differences() == [])
        }
    }

    @Test func `a copy makes no node beside one whose name is the same to Unicode, even if that was made meanwhile`()
        throws
    {
        try CopyFixture.with { fixture throws in
            let source = try DirectoryStore(path: fixture.folder.path)
            _ = try stageRecording(in: source).publish(as: "pond/\u{E9}t\u{E9}")
            let isThere = Atomic(false)
            let make: @Sendable (StoreCopy.Progress) -> Void = { progress in
                guard progress.byteCount > 0, !isThere.exchange(true, ordering: .relaxed) else { return }
                _ = try? ZarrGroup.create(
                    in: DirectoryStore(path: fixture.copy.path), path: "pond/e\u{301}te\u{301}", attributes: ["x": 1])
            }
            let outcomes = try fixture.copy("pond/\u{E9}t\u{E9}", threads: 1, progress: make)
            let outcome = outcomes["pond/\u{E9}t\u{E9}"]
            #expect(outcome?.contains("which differs from it only in how Unicode encodes") == true, "\(outcomes)")
            let names = try DirectoryStore(path: fixture.copy.path).children(of: "pond")
            #expect(names.map { Array($0.utf8) } == [Array("e\u{301}te\u{301}".utf8)])
        }
    }

    @Test func `bytes that the destination does not keep are noticed before anybody sees them`() throws {
        try CopyFixture.with { fixture throws in
            let outcomes = try fixture.copy("pond/0", threads: 1) { call, path throws(SystemError) in
                // The first folder that is synced: all was written.
                guard call == "fsync", path.hasSuffix("/index/c") else { return }
                let file = fixture.copy.appending(path: "\(path)/0")
                guard var bytes = try? Data(contentsOf: file) else { return }
                bytes[3] ^= 1
                try? bytes.write(to: file)
            }
            #expect(outcomes["pond/0"]?.contains("does not have the bytes of index/c/0 that were written") == true)
            #expect(try DirectoryStore(path: fixture.copy.path).children(of: "pond") == [])
        }
    }

    @Test func `a full disk ends the copy, which names the first that did not fit`() throws {
        try CopyFixture.with { fixture throws in
            let outcomes = try fixture.copy(threads: 1) { call, path throws(SystemError) in
                if call == "write", path.contains("index/c") { throw SystemError(call, path, code: ENOSPC) }
            }
            #expect(outcomes.values.contains { $0.hasPrefix("failed") && $0.contains("No space left on device") })
            #expect(outcomes.values.contains("untried"))
            #expect(try DirectoryStore(path: fixture.copy.path).leftovers() == [])
            #expect(try fixture.copy().values.contains("copied"))
            #expect(try fixture.differences() == [])
        }
    }

    @Test func `a copy that is given up leaves whole recordings, and names the others as not tried`() throws {
        try CopyFixture.with { fixture throws in
            let isOver = Atomic(false)
            let cancellation = Cancellation { isOver.load(ordering: .relaxed) ? .interrupted : nil }
            let end: @Sendable (StoreCopy.Progress) -> Void = { progress in
                if progress.byteCount > 0 { isOver.store(true, ordering: .relaxed) }
            }
            let outcomes = try fixture.copy(threads: 1, cancellation: cancellation, progress: end)
            #expect(Set(outcomes.filter { CopyFixture.nodes.contains($0.key) }.values) == ["untried"])
            #expect(try fixture.copy() == Self.outcomes("copied"))
            #expect(try fixture.differences() == [])
        }
    }

    // MARK: - Kinds of sources

    @Test func `a copy of a ZIP archive is a copy of its folder`() throws {
        try CopyFixture.with { fixture throws in
            var archive = ZipFile()
            for name in try FileManager.default.subpathsOfDirectory(atPath: fixture.folder.path) {
                guard let bytes = FileManager.default.contents(atPath: fixture.folder.appending(path: name).path) else {
                    continue
                }
                archive.put(name, Array(bytes))
            }
            let path = fixture.folder.deletingLastPathComponent().appending(path: "source.zarr.zip").path
            try Data(archive.bytes).write(to: URL(filePath: path))
            #expect(try fixture.copy(from: ZipStore(path: path)) == Self.outcomes("copied"))
            #expect(try fixture.differences() == [])
        }
    }

    @Test func `a copy from a web server asks for the chunks that documents announce, and absent ones stay absent`()
        throws
    {
        try CopyFixture.with { fixture throws in
            // What no document announces cannot be found.
            try FileManager.default.removeItem(at: fixture.folder.appending(path: "pond/1/index/empty"))
            try FileManager.default.removeItem(at: fixture.folder.appending(path: "pond/2/index/c/1"))
            let paths =
                ["lake", "lake/north", "pond"] + CopyFixture.nodes + CopyFixture.recordings.map { "\($0)/index" }
            try fixture.put("zarr.json", Self.root(paths))
            let values = try ServedValues(of: fixture.folder)
            let server = try ScriptedServer { request, _ in values.answer(request) }
            let store = HTTPStore(url: server.url, client: HTTPClient())
            let copied = Dictionary(uniqueKeysWithValues: CopyFixture.nodes.map { ($0, "copied") })
            #expect(try fixture.copy(from: store) == copied)
            #expect(try fixture.differences() == [])
            #expect(try fixture.copy(from: store) == copied.mapValues { _ in "there" })
        }
    }

    @Test func `symbolic links in the source are followed as readers follow them`() throws {
        try CopyFixture.with { fixture throws in
            let outside = fixture.folder.deletingLastPathComponent().appending(path: "outside")
            let chunks = fixture.folder.appending(path: "pond/0/index/c")
            try FileManager.default.moveItem(at: chunks, to: outside)
            try FileManager.default.createSymbolicLink(at: chunks, withDestinationURL: outside)
            #expect(try fixture.copy()["pond/0"]?.contains("a symbolic link leads out of the store") == true)
            let permitted = try DirectoryStore(path: fixture.folder.path, targets: LinkTargets([outside.path]))
            #expect(try fixture.copy(from: permitted)["pond/0"] == "copied")
            try FileManager.default.removeItem(at: chunks)
            try FileManager.default.copyItem(at: outside, to: chunks)
            #expect(try fixture.differences() == [])
            // A loop ends.
            try FileManager.default.createSymbolicLink(
                atPath: chunks.appending(path: "loop").path, withDestinationPath: "../../index")
            #expect(try fixture.copy()["pond/0"]?.contains("a folder that it lies in") == true)
        }
    }

    // MARK: - Interruptions

    /// How many changes a copy makes to a store.
    private static func countSteps(_ fixture: CopyFixture) throws -> Int {
        let counter = StepCounter()
        try fixture.copy(threads: 1) { _, _ throws(SystemError) in _ = counter.next() }
        try FileManager.default.removeItem(at: fixture.copy)
        return counter.next()
    }

    private static func checkAfterwards(_ fixture: CopyFixture, _ comment: Comment) throws {
        let copy = try DirectoryStore(path: fixture.copy.path)
        for path in CopyFixture.nodes where try copy.contains("\(path)/zarr.json") {
            #expect(try !fixture.differences().contains(path), comment)
        }
        #expect(try !fixture.copy().values.contains { $0.hasPrefix("failed") }, comment)
        #expect(try fixture.differences() == [], comment)
        #expect(try copy.leftovers() == [], comment)
    }

    @Test(arguments: [EIO, ENOSPC])
    func `a copy that an error interrupts at any change leaves whole recordings, and the next one goes on`(
        _ code: Int32
    ) throws {
        try CopyFixture.with { fixture throws in
            let steps = try Self.countSteps(fixture)
            #expect(steps > 100)
            for failing in stride(from: code == EIO ? 0 : 2, to: steps, by: 11) {
                let counter = StepCounter()
                let outcomes = try? fixture.copy(threads: 1) { call, path throws(SystemError) in
                    if counter.next() == failing { throw SystemError(call, path, code: code) }
                }
                let isSaid = outcomes?.values.contains { $0.hasPrefix("failed") } ?? true
                let isWhole = try fixture.differences() == []
                #expect(isSaid || isWhole, "step \(failing)")
                try Self.checkAfterwards(fixture, "step \(failing)")
                try FileManager.default.removeItem(at: fixture.copy)
            }
        }
    }

    @Test func `a copy that a kill interrupts at any change leaves whole recordings, and the next one goes on`()
        async throws
    {
        let directory = CopyFixture.memory.appending(path: "zarrwlr-copy-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let fixture = try CopyFixture(in: directory)
        let steps = try Self.countSteps(fixture)
        // How many there are depends a little on time.
        for last in stride(from: Int.random(in: 0..<40), to: steps * 9 / 10, by: 40) {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [source = fixture.folder.path as String, copy = fixture.copy.path as String, last = last as Int] in
                let counter = StepCounter()
                let fixture = CopyFixture(folder: URL(filePath: source), copy: URL(filePath: copy))
                _ = try fixture.copy(threads: 1) { _, _ throws(SystemError) in
                    if counter.next() == last { kill(getpid(), SIGKILL) }
                }
            }
            try Self.checkAfterwards(fixture, "killed at step \(last)")
            try FileManager.default.removeItem(at: fixture.copy)
        }
    }
}
