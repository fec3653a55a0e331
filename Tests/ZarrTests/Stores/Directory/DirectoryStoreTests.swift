import Foundation
import Glibc
import Support
import TestSupport
import Testing

@testable import Zarr

/// A directory as a store: what is a key, what is missing, what is an error.
struct DirectoryStoreTests {
    /// Calls `body` with a store of a new directory, and that directory.
    private func withStore(_ body: (DirectoryStore, URL) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { directory in
            try body(try DirectoryStore(path: directory.path), directory)
        }
    }

    private func write(_ bytes: [UInt8], _ key: String, in directory: URL) throws {
        let file = directory.appending(path: key)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    private func read(_ store: DirectoryStore, _ key: String, _ range: Range<UInt64>) throws -> [UInt8]? {
        try store.get(key, .range(range)).map { Array($0.bytes.bytes) }
    }

    @Test func `a directory that is not there, or is a file, is no store`() throws {
        try withStore { _, directory in
            try write([1], "file", in: directory)
            for name in ["missing", "file"] {
                #expect(throws: StoreError.self) { try DirectoryStore(path: directory.appending(path: name).path) }
            }
        }
    }

    @Test(arguments: ["...", "..a", "a..", ".a", "a.", "a/...b/c", ".zarr.json", "a/.../b"])
    func `a key may have dots in its names`(key: String) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let file = directory.appending(path: key)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data([1, 2]).write(to: file)
            #expect(try DirectoryStore(path: directory.path).size(of: key) == 2)
        }
    }

    @Test(arguments: ["/", "/a", "a/", "a//b", "..", "a/../b", ".", "a/./b", "a\u{0}b", "../a", "a/.", "a/.."])
    func `a key that could leave the store is an error, not a missing key`(key: String) throws {
        try withStore { store, directory in
            try write([1], "a/b", in: directory)
            #expect(throws: StoreError.self) { try read(store, key, 0..<1) }
            #expect(throws: StoreError.self) { try store.children(of: key) }
            #expect(throws: StoreError.self) { try store.status(of: key) }
            #expect(throws: StoreError.self) { try store.byteCount(below: key) }
        }
    }

    @Test func `a file that was truncated since it was opened is cut short, and one that grew is read to its end`()
        throws
    {
        try withStore { store, directory in
            try write(Array(0..<100), "a", in: directory)
            #expect(try read(store, "a", 90..<100) == Array(90..<100))
            #expect(truncate(directory.appending(path: "a").path, 95) == 0)
            let error = #expect(throws: StoreError.self) { try read(store, "a", 90..<100) }
            #expect(error?.kind == .cutShort(size: 95))
            #expect(error?.description == "/a: ends at byte 95, before byte 100")
            #expect(try store.get("a", .suffix(2)).map { Array($0.bytes.bytes) } == [93, 94])
            #expect(truncate(directory.appending(path: "a").path, 200) == 0)
            #expect(try store.get("a", .whole(atMost: 200))?.info.size == 200)
            #expect(try read(store, "a", 94..<200) == [94] + [UInt8](repeating: 0, count: 105))
        }
    }

    @Test(arguments: [false, true])
    func `a file that was rewritten since it was opened is read as it is now, with its new version`(isInPlace: Bool)
        throws
    {
        try withStore { store, directory in
            try write(Array(0..<100), "a", in: directory)
            let first = try store.get("a", .range(0..<10))
            #expect(first.map { Array($0.bytes.bytes) } == Array(0..<10))
            let new = Data((0..<100).map { $0 + 100 })
            if isInPlace {
                let handle = try FileHandle(forWritingTo: directory.appending(path: "a"))
                try handle.write(contentsOf: new)
                try handle.close()
            } else {
                try new.write(to: directory.appending(path: "a"), options: .atomic)
            }
            let second = try store.get("a", .range(5..<15))
            #expect(second.map { Array($0.bytes.bytes) } == Array(105..<115))
            #expect(second?.info.version != first?.info.version)
            #expect(try #require(second?.info.changed) >= #require(first?.info.changed))
            try FileManager.default.removeItem(at: directory.appending(path: "a"))
            #expect(try store.get("a", .range(5..<15)) == nil)
        }
    }

    @Test func `what the system does not permit is denied, other failures are not`() {
        for (code, kind) in [(EACCES, .denied), (EPERM, .denied), (EROFS, .denied), (EIO, .failed), (ENOSPC, .failed)]
            as [(Int32, StoreError.Kind)]
        {
            #expect(StoreError("", key: "a", system: SystemError("open", "a", code: code)).kind == kind)
        }
    }

    @Test func `a FIFO is an error, and is not waited for`() throws {
        try withStore { store, directory in
            #expect(mkfifo(directory.appending(path: "zarr.json").path, 0o600) == 0)
            #expect(throws: StoreError.self) { try read(store, "zarr.json", 0..<1) }
        }
    }

    @Test func `a name that no file can have is an error, not a missing key`() throws {
        try withStore { store, _ in
            let key = String(repeating: "x", count: 300)
            let error = #expect(throws: StoreError.self) { try read(store, key, 0..<1) }
            #expect((error?.cause as? SystemError)?.code == ENAMETOOLONG)
        }
    }

    @Test func `a link to a directory is no child, so that walking down a store ends`() throws {
        try withStore { store, directory in
            try write([1], "a/x", in: directory)
            #expect(symlink(".", directory.appending(path: "loop").path) == 0)
            #expect(try store.children(of: "") == ["a"])
        }
    }

    @Test func `a status has the time at which a file or a directory was last written`() throws {
        try withStore { store, directory in
            try write([1], "a/b", in: directory)
            var times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1_700_000_000, tv_nsec: 5)]
            #expect(utimensat(AT_FDCWD, directory.appending(path: "a/b").path, &times, 0) == 0)
            let expected = Timestamp(seconds: 1_700_000_000, nanoseconds: 5, offsetMinutes: 0)
            #expect(try store.status(of: "a/b")?.modified == expected)
            #expect(try store.status(of: "x") == nil)
        }
    }

    @Test func `a version changes with what is written or exchanged, whatever the times say`() throws {
        try withStore { store, directory in
            try write([1], "a/b", in: directory)
            let file = try store.status(of: "a/b")?.version
            let folder = try store.status(of: "a")?.version
            #expect(try store.status(of: "a/b")?.version == file)
            try write([2], "a/b.new", in: directory)
            #expect(try store.status(of: "a")?.version != folder)
            var times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
            #expect(utimensat(AT_FDCWD, directory.appending(path: "a/b").path, &times, 0) == 0)
            let touched = try store.status(of: "a/b")?.version
            #expect(touched != file)
            #expect(utimensat(AT_FDCWD, directory.appending(path: "a/b.new").path, &times, 0) == 0)
            #expect(rename(directory.appending(path: "a/b.new").path, directory.appending(path: "a/b").path) == 0)
            #expect(try store.status(of: "a/b")?.version != touched)
        }
    }

    @Test func `64 files are kept open, however many are read`() throws {
        try withStore { store, directory in
            for index in 0..<200 { try write([UInt8(index), 7], "d/\(index)", in: directory) }
            Parallel.forEach(count: 4000, threads: 8) { number in
                let index = number * 37 % 200
                #expect((try? read(store, "d/\(index)", 0..<2)) == [UInt8(index), 7])
            }
            let links = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
                .compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)") }
            #expect(links.filter { $0.hasPrefix(directory.path + "/d/") }.count == 64)
        }
    }
}
