import Foundation
import Support
import TestSupport

@testable import Zarr

/// Calls `body` with a new store and its folder, removed afterwards.
func withNewStore<T>(_ body: (DirectoryStore, URL) throws -> T) throws -> T {
    try TestFiles.withTemporaryDirectory { directory in
        let folder = directory.appending(path: "store.zarr")
        return try body(try DirectoryStore.create(path: folder.path), folder)
    }
}

extension Store {
    /// All that is kept under `key`.
    func bytes(of key: String) throws -> [UInt8]? {
        try get(key, .whole(atMost: .max)).map { Array($0.bytes.bytes) }
    }

    /// How many bytes are kept under `key`.
    func size(of key: String) throws -> UInt64? {
        try get(key, .range(0..<0))?.info.size
    }
}
