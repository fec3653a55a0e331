import Foundation
import Glibc
import Support
import Synchronization
import TestSupport
import Testing

@testable import Zarr

/// The numbers of the recording at `path`, as `numbers(of:in:)` has them, read by a store that has read nothing before.
func numbers(of path: String, in folder: URL) throws -> [UInt64]? {
    try numbers(of: path, in: DirectoryStore(path: folder.path))
}

/// How a directory store is written to, beyond what every store promises.
struct DirectoryWritingTests {
    @Test func `a published node and a replaced value leave no other file behind`() throws {
        try withNewStore { store, folder throws in
            do { #expect(try stageRecording(in: store).publish(numberedIn: "") == 0) }
            do { _ = try stageRecording(in: store) }
            try store.replace("notes", with: [1])
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                    "0", "notes", "zarr.json",
                ])
        }
    }

    @Test func `a node is published and replaces another on a file system that knows no flags of renameat2`() throws {
        try withNewStore { _, folder in
            let store = try DirectoryStore(path: folder.path) { call, path throws(SystemError) in
                if call == "renameat2" { throw SystemError(call, path, code: EINVAL) }
            }
            for count in [5, 6] { try stageRecording(in: store, count: count).replace("0") }
            #expect(try numbers(of: "0", in: folder) == Array(0..<6))
            #expect(try !stageRecording(in: store, count: 7).publish(as: "0"))
            #expect(try numbers(of: "0", in: folder) == Array(0..<6))
        }
    }

    /// A store at `folder` that records which paths it syncs.
    private func recordingStore(at folder: URL) throws -> (store: DirectoryStore, takeSyncs: () -> [String]) {
        let paths = SyncedPaths()
        let store = try DirectoryStore(path: folder.path) { call, path throws(SystemError) in
            if call == "fsync" { paths.append(path) }
        }
        return (store, paths.take)
    }

    @Test(arguments: [false, true])
    func `each file of a published node is synced once, and only the group's folder if the node was synced before`(
        isSyncedBefore: Bool
    ) throws {
        try withNewStore { store, folder in
            #expect(try stageRecording(in: store).publish(as: "taken"))
            let (store, takeSyncs) = try recordingStore(at: folder)
            let node = try stageRecording(in: store)
            #expect(takeSyncs() == [])
            if isSyncedBefore { try node.sync() }
            var synced = takeSyncs()
            let place = try store.withLock(on: "") { () throws(StoreError) in
                // An attempt that fails does not sync again, either.
                try node.publish(as: "taken") ? -1 : node.publish(numberedIn: "")
            }
            #expect(place == 0)
            let syncedUnderLock = takeSyncs()
            synced += syncedUnderLock
            #expect(syncedUnderLock.last == "" && (syncedUnderLock.count == 1) == isSyncedBefore)
            let files = ["/index/c/0", "/index/c/1", "/index/zarr.json", "/zarr.json"]
            let folders = ["", "/index", "/index/c"]
            #expect(synced.dropLast().sorted() == (files + folders).map { node.path + $0 }.sorted())
        }
    }

    @Test func `a node whose sync failed cannot be published, since the next fsync would succeed`() throws {
        try withNewStore { _, folder in
            let hasFailed = Mutex(false)
            let store = try DirectoryStore(path: folder.path) { call, path throws(SystemError) in
                guard call == "fsync", path.hasSuffix("index/c/0") else { return }
                let isFirst = hasFailed.withLock { hasFailed in
                    defer { hasFailed = true }
                    return !hasFailed
                }
                if isFirst { throw SystemError(call, path, code: EIO) }
            }
            let node = try stageRecording(in: store)
            for _ in 0..<2 {
                #expect(throws: StoreError.self) { try node.sync() }
                #expect(throws: StoreError.self) { try node.publish(as: "0") }
            }
            #expect(try numbers(of: "0", in: folder) == nil)
        }
    }

    @Test func `a store is made if there is none, and opened if there is one`() throws {
        try TestFiles.withTemporaryDirectory { directory throws in
            let path = directory.appending(path: "new.zarr").path
            for _ in 0..<2 {
                _ = try ZarrGroup.open(try DirectoryStore.create(path: path), path: "")
                #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["zarr.json"])
            }
        }
    }

    @Test func `no store is made in a folder that holds something else`() throws {
        try TestFiles.withTemporaryDirectory { directory throws in
            try Data().write(to: directory.appending(path: "letter.txt"))
            #expect(throws: StoreError.self) { try DirectoryStore.create(path: directory.path) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["letter.txt"])
        }
    }

    @Test(arguments: [0o600, 0o664, 0o604])
    func `a value that is replaced keeps its permissions, and its owner if it can`(
        mode: mode_t
    ) throws {
        try withNewStore { store, folder in
            try ZarrGroup.create(in: store, path: "a", attributes: ["x": 1])
            let file = folder.appending(path: "a/zarr.json").path
            #expect(chmod(file, mode) == 0)
            if geteuid() == 0 { #expect(chown(file, 12_345, 23_456) == 0) }
            try ZarrGroup.replaceAttributes(in: store, path: "a", with: ["x": 2])
            var status = stat()
            #expect(stat(file, &status) == 0)
            #expect(status.st_mode & 0o777 == mode)
            #expect(geteuid() != 0 || (status.st_uid, status.st_gid) == (12_345, 23_456))
            #expect(
                try ZarrGroup.open(store, path: "a").attributes(as: [String: JSONValue].self).own == ["x": .integer(2)])
        }
    }

    @Test func `a group whose folder is there gets its document`() throws {
        try withNewStore { store, folder in
            try FileManager.default.createDirectory(
                at: folder.appending(path: "a/x"), withIntermediateDirectories: true)
            #expect(try ZarrGroup.create(in: store, path: "a", attributes: ["x": 1]))
            #expect(
                try ZarrGroup.open(store, path: "a").attributes(as: [String: JSONValue].self).own == ["x": .integer(1)])
        }
    }
}

/// Paths in the order in which they were synced.
private final class SyncedPaths: Sendable {
    private let paths = Mutex<[String]>([])

    func append(_ path: String) {
        paths.withLock { $0.append(path) }
    }

    func take() -> [String] {
        paths.withLock { paths in
            defer { paths = [] }
            return paths
        }
    }
}
