import Foundation
import Support
import TestSupport
import Testing
import Zarr

@testable import Recordings

struct StoredIndexTests {
    /// Calls `body` with an index of 1000 rows in chunks of 100 of a store on another machine, each an object with a checksum.
    private func withIndex(_ body: (StoredFrameIndex, RemoteStandIn) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory.appending(path: "s.zarr"))
            let node = store.directory.appending(path: "index")
            try FileManager.default.createDirectory(at: node.appending(path: "c"), withIntermediateDirectories: true)
            let document = """
                {"zarr_format": 3, "node_type": "array", "shape": [1000, 3], "data_type": "uint64", "fill_value": 0,
                "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [100, 3]}},
                "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
                "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}]}
                """
            try Data(document.utf8).write(to: node.appending(path: "zarr.json"))
            for chunk in 0..<10 {
                let rows = (0..<100).flatMap { row -> [UInt8] in
                    let number = UInt64(100 * chunk + row)
                    return [2 * number, 2, number].flatMap { WaveBuilder.littleEndian($0) }
                }
                let checksum = rows.withUnsafeBytes { CRC32C.checksum(of: $0) }
                let folder = node.appending(path: "c/\(chunk)")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
                try Data(rows + WaveBuilder.littleEndian(checksum)).write(to: folder.appending(path: "0"))
            }
            let remote = RemoteStandIn(try DirectoryStore(path: store.directory.path))
            let array = try ZarrArray.open(remote, path: "index", cache: BlockCache(budget: 1 << 20))
            _ = remote.takeTrips()
            try body(try #require(StoredFrameIndex(array)), remote)
        }
    }

    @Test func `rows that come with others lie in the same object`() throws {
        try withIndex { index, remote in
            let rows = try index.rowsAndNeighbours(250..<252)
            #expect(rows.map(\.firstSample) == [250, 251] && rows.map(\.byteOffset) == [500, 502])
            #expect(remote.takeTrips().map { $0.map(\.key) } == [["index/c/2/0"]])
            #expect(try index.rowsAndNeighbours(299..<300).map(\.firstSample) == [299])
            #expect(remote.takeTrips().isEmpty)
            // Both that are needed, and no other.
            #expect(try index.rowsAndNeighbours(399..<401).map(\.firstSample) == [399, 400])
            #expect(Set(remote.takeTrips().joined().map(\.key)) == ["index/c/3/0", "index/c/4/0"])
        }
    }
}
