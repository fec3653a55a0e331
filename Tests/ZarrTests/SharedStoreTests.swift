import Foundation
import Support
import TestSupport
import Testing

@testable import Zarr

/// The arrays of stores that the Python package zarrwlr wrote.
@Suite(.enabled(if: SharedMaterial.isPresent, SharedMaterial.comment))
struct SharedStoreTests {
    private let cache = BlockCache(budget: 16 << 20)

    /// All nodes of all stores, each with its store's directory.
    private func forEachNode(_ body: (URL, DirectoryStore, ZarrNode) throws -> Void) throws {
        let stores = try #require(SharedMaterial.directory).appending(path: "stores")
        for name in try FileManager.default.contentsOfDirectory(atPath: stores.path) where name.hasSuffix(".zarr") {
            let directory = stores.appending(path: name)
            let store = try DirectoryStore(path: directory.path)
            var paths = [""]
            while let path = paths.popLast() {
                guard let node = try ZarrNode.open(store, path: path, cache: cache) else { continue }
                try body(directory, store, node)
                if case .group(let group) = node { paths += try group.children().map { group.path(of: $0) } }
            }
        }
    }

    @Test func `every node of the shared stores opens, and every array reads`() throws {
        var arrays = 0
        try forEachNode { directory, _, node in
            guard case .array(let array) = node else { return }
            let bytes = try array.readAll()
            #expect(bytes.contains { $0 != 0 }, "\(directory.lastPathComponent)/\(array.path)")
            arrays += 1
        }
        #expect(arrays >= 20)
    }

    @Test func `blobs of the shared stores are the inner chunks of their shards, end to end`() throws {
        var blobs = 0
        try forEachNode { directory, store, node in
            guard case .array(let array) = node, array.path.hasSuffix("audio_data_blob_array") else { return }
            let file = try Data(contentsOf: directory.appending(path: "\(array.path)/c/0"))
            // In these stores a shard's inner chunks are in order and without gaps, and a blob has one shard.
            let stored = Array(file.prefix(Int(array.shape[0])))
            #expect(try array.read(bytes: 0..<array.shape[0]) == stored, "\(array.path)")
            var generator = RepeatableRandom(seed: array.shape[0])
            for _ in 0..<200 {
                let first = generator.next() % array.shape[0]
                let end = first + generator.next() % (array.shape[0] - first + 1)
                #expect(try array.read(bytes: first..<end) == Array(stored[Int(first)..<Int(end)]))
            }
            blobs += 1
        }
        #expect(blobs >= 10)
    }
}
