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
        guard let size = try size(of: key) else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        let isThere = try bytes.withUnsafeMutableBytes { try read(key, range: 0..<size, into: $0) }
        return isThere ? bytes : nil
    }
}
