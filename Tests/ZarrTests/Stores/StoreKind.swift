import Foundation
import HTTP
import S3
import TestSupport
import Testing

@testable import Zarr

/// A kind of store, for the tests that every kind must pass. A new kind is a new line in `all`, and in `writable` if it can be
/// written to.
struct StoreKind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Calls its argument with a store that holds a group at its root, and nothing else.
    let with: @Sendable (_ body: (StoreUnderTest) throws -> Void) throws -> Void

    static let all: [StoreKind] = [directory, memory, zip, s3]
    static let writable: [StoreKind] = [directory, memory, s3]
    /// Those in which what is written can be moved, and exchanged.
    static let moving: [StoreKind] = [directory, memory]

    static let directory = StoreKind(testDescription: "directory") { body in
        try withNewStore { store, folder in
            try body(
                StoreUnderTest(store: store, reopened: { try DirectoryStore(path: folder.path) }) { key, bytes in
                    let file = folder.appending(path: key)
                    try FileManager.default.createDirectory(
                        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                    try Data(bytes).write(to: file)
                })
        }
    }

    static let memory = StoreKind(testDescription: "memory") { body in
        let store = MemoryStore(["zarr.json": Array(#"{"node_type":"group","zarr_format":3}"#.utf8)])
        try body(StoreUnderTest(store: store, reopened: { store }) { store[$0] = $1 })
    }

    static let zip = StoreKind(testDescription: "ZIP archive") { body in
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.appending(path: "store.zarr.zip").path
            var archive = ZipFile()
            archive.put("zarr.json", Array(#"{"node_type":"group","zarr_format":3}"#.utf8))
            func write() throws {
                // In place, as programs do that add to an archive.
                try Data(archive.bytes).write(to: URL(filePath: path))
            }
            try write()
            try body(
                StoreUnderTest(store: try ZipStore(path: path), reopened: { try ZipStore(path: path) }) { key, bytes in
                    archive.put(key, bytes)
                    try write()
                })
        }
    }
}

extension StoreKind {
    /// An S3 service that only knows what stores ask. `S3ServerTests` have a real one.
    static let s3 = StoreKind(testDescription: "S3") { body in
        let service = S3StandIn()
        let values = service.values
        values["a.zarr/zarr.json"] = Array(#"{"node_type":"group","zarr_format":3}"#.utf8)
        let server = try ScriptedServer { request, _ in service.answer(request) }
        func store() -> S3Store {
            let location = S3Location(endpoint: server.url, region: "us-east-1", bucket: "birds", isInPath: true)
            return S3Store(S3Bucket(location, credentials: nil), prefix: "a.zarr", client: HTTPClient())
        }
        try body(StoreUnderTest(store: store(), reopened: store) { values["a.zarr/\($0)"] = $1 })
    }
}

/// A store of some kind.
struct StoreUnderTest {
    let store: any Store
    /// The same store, opened once more: nothing has been read from it.
    let reopened: () throws -> any Store
    /// Puts bytes under a key as another process would, whatever is there.
    let put: (_ key: String, _ bytes: [UInt8]) throws -> Void

    /// The store, to be written to.
    var writableStore: any WritableStore {
        get throws { try #require(store as? any WritableStore) }
    }
}

/// How often memory was asked for, and what is in it.
final class SuppliedMemory {
    private(set) var bytes: [UInt8]?
    private(set) var requestCount = 0
    private var buffer: UnsafeMutableRawBufferPointer?

    deinit {
        buffer?.deallocate()
    }

    /// Reads into this, and keeps what was read.
    func get(_ key: String, _ part: ValuePart, from store: any Store) throws(StoreError) -> ValueInfo? {
        let info = try store.get(key, part) { byteCount in
            requestCount += 1
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
            self.buffer = buffer
            return buffer
        }
        bytes = buffer.map { Array($0) }
        return info
    }
}
