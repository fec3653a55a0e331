import Foundation
import Glibc
import Support
import Synchronization
import TestSupport
import Testing

@testable import Zarr

/// What processes that died while they wrote left in a directory.
struct LeftoverTests {
    private static func leaveBehind(_ name: String, in folder: URL, files: [String]) throws {
        let staging = folder.appending(path: name)
        try FileManager.default.createDirectory(at: staging, withIntermediateDirectories: true)
        for file in files {
            let url = staging.appending(path: file)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data([1]).write(to: url)
        }
    }

    @Test(arguments: [
        [], ["lock"], ["lock", "node/zarr.json"], ["node/a/c/0", "value", "lock"],
        // After a power cut the name of the lock file may not be there.
        ["node/a/c/0"], ["value", "removed/zarr.json"],
    ])
    func `what a dead process left is found and removed`(_ files: [String]) throws {
        try withNewStore { store, folder in
            let name = ".zarrwlr-staging-1-x"
            try Self.leaveBehind(name, in: folder, files: files)
            #expect(try store.leftovers() == [name])
            #expect(try store.removeLeftovers() == [name])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["zarr.json"])
        }
    }

    @Test func `what a living process is writing is no leftover`() throws {
        try withNewStore { store, folder in
            let node = try stageRecording(in: store)
            let other = try DirectoryStore(path: folder.path)
            #expect(try other.leftovers() == [])
            #expect(try other.removeLeftovers() == [])
            #expect(try node.publish(as: "0"))
            #expect(try numbers(of: "0", in: folder)?.count == 100)
        }
    }

    @Test(arguments: [
        (".zarrwlr-staging-mine", ["zarr.json", "lock"]), (".zarrwlr-staging-mine", []),
        (".zarrwlr-staging-1-x", ["zarr.json"]),
        (".zarrwlr-staging-1-x", ["zarr.json", "lock"]), (".zarrwlr-staging-1-x", ["notes.txt"]),
        (".zarrwlr-staging-1-x", ["node/c/0", "notes.txt"]),
        (".zarrwlr-staging-1-x", ["lock/notes.txt"]), (".zarrwlr-staging-1-x.old", ["lock"]),
    ])
    func `a folder of somebody else's is no leftover, whatever its name`(name: String, files: [String]) throws {
        try withNewStore { store, folder in
            try Self.leaveBehind(name, in: folder, files: files)
            #expect(try store.leftovers() == [])
            #expect(try store.removeLeftovers() == [])
            for file in files {
                #expect(FileManager.default.fileExists(atPath: folder.appending(path: "\(name)/\(file)").path))
            }
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: name).path))
        }
    }

    /// The text of the lock file of a folder of the machine's first process, with some of its words replaced.
    private static func owner(_ changes: [Int: String] = [:]) -> String {
        StagingOwner(process: 1).text.split(separator: " ").enumerated().map { changes[$0] ?? String($1) }
            .joined(separator: " ")
    }

    /// What the kernel calls this run of the machine.
    private static let boot = String(owner().split(separator: " ")[1].prefix { $0 != "." })

    private static let owners: [(text: String, isAbandoned: Bool)] = [
        (owner(), false), (owner([2: "4194999"]), true), (owner([3: "1"]), true), (owner([1: "earlier.1"]), true),
        // A process that has its number in another container.
        (owner([1: boot + ".1", 2: "4194999"]), false),
        // One that did not know what it is, since it was confined.
        (owner([1: "-.1", 2: "4194998"]), false),
        (owner([0: "elsewhere"]), false), ("", true), ("something else", true),
    ]

    @Test(arguments: owners)
    func `a folder whose lock is free is left over only if its process does not live`(
        text: String, isAbandoned: Bool
    ) throws {
        try withNewStore { store, folder in
            let name = ".zarrwlr-staging-1-x"
            try Self.leaveBehind(name, in: folder, files: ["lock", "node/c/0"])
            let lock = folder.appending(path: "\(name)/lock")
            try Data(text.utf8).write(to: lock)
            #expect(try store.leftovers() == (isAbandoned ? [name] : []))
            #expect(try store.removeLeftovers() == (isAbandoned ? [name] : []))
            #expect(FileManager.default.fileExists(atPath: lock.path) == !isAbandoned)
            guard text.hasPrefix("elsewhere") || text.contains(".1 4194999") else { return }
            var times = [timespec](repeating: timespec(tv_sec: time(nil) - 90_000, tv_nsec: 0), count: 2)
            #expect(utimensat(AT_FDCWD, lock.path, &times, 0) == 0)
            #expect(try store.removeLeftovers() == [name])
        }
    }

    @Test func `a node of a living process that is taken for a leftover is never published in part`() throws {
        try withNewStore { _, folder in
            let removed = Mutex(0)
            Parallel.forEach(count: 200, threads: 6) { index in
                guard let store = try? DirectoryStore(path: folder.path),
                    let node = try? stageRecording(in: store, count: 3)
                else { return }
                if index.isMultiple(of: 2) {
                    // As another machine would that does not see the lock.
                    let staging = node.path.split(separator: "/")[0]
                    let lock = folder.appending(path: "\(staging)/lock")
                    _ = try? FileManager.default.removeItem(at: lock)
                    try? Data().write(to: lock)
                    let count = (try? DirectoryStore(path: folder.path).removeLeftovers().count) ?? 0
                    removed.withLock { $0 += count }
                }
                _ = try? node.publish(numberedIn: "")
            }
            #expect(removed.withLock { $0 } > 0)
            let published = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { Int($0) != nil }
            #expect(published.count >= 100)
            for name in published { #expect(try numbers(of: name, in: folder) == [0, 1, 2]) }
        }
    }

    @Test func `a leftover is removed without what its symbolic links point to`() throws {
        try withNewStore { store, folder in
            try Self.leaveBehind(".zarrwlr-staging-1-x", in: folder, files: ["lock"])
            try Data([1]).write(to: folder.appending(path: "kept"))
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: ".zarrwlr-staging-1-x/link"), withDestinationURL: folder)
            try store.removeLeftovers()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["kept", "zarr.json"])
        }
    }

    @Test func `writers that begin while leftovers are removed are not disturbed`() throws {
        try withNewStore { _, folder throws in
            let failures = Mutex<[String]>([])
            Parallel.forEach(count: 60, threads: 6) { index in
                do {
                    let store = try DirectoryStore(path: folder.path)
                    if index.isMultiple(of: 2) {
                        _ = try stageRecording(in: store, count: 3).publish(numberedIn: "")
                    } else {
                        for _ in 0..<20 { try store.removeLeftovers() }
                    }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
            #expect(failures.withLock { $0 } == [])
            for number in 0..<30 { #expect(try numbers(of: "\(number)", in: folder) == [0, 1, 2]) }
        }
    }
}
