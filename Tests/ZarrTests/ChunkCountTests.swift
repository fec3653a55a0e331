import Support
import Testing

@testable import Zarr

/// How many chunks of an array are not there.
struct ChunkCountTests {
    private static let absentEntry = (offset: UInt64.max, count: UInt64.max)

    private func count(_ document: String, _ chunks: [String: [UInt8]]) throws -> [UInt64] {
        let (all, absent) = try ZarrArray.root(of: MemoryStore(document: document, chunks)).countChunks()
        return [all, absent]
    }

    @Test func `the chunks that a store does not have are counted, whatever is in the others`() throws {
        let document = Documents.array(shape: "[10, 5]", chunks: "[4, 3]")
        let chunk = [UInt8](repeating: 1, count: 12)
        #expect(try count(document, [:]) == [6, 6])
        #expect(try count(document, ["c/0/0": chunk, "c/2/1": chunk]) == [6, 4])
        // One of another size is damaged, and there.
        #expect(try count(document, ["c/1/0": [1]]) == [6, 5])
        #expect(try count(Documents.array(shape: "[0]"), [:]) == [0, 0])
        #expect(try count(Documents.array(shape: "[]", chunks: "[]"), [:]) == [1, 1])
    }

    @Test func `of shards, the inner chunks are counted that are part of the array`() throws {
        // 11 elements: six inner chunks, the last of which is the second of the second shard.
        let document = Documents.array(shape: "[11]", chunks: "[8]", codecs: "[\(Documents.sharding())]")
        let first = Documents.shard([1, 2, 3, 4], [(0, 2), Self.absentEntry, (2, 2), Self.absentEntry])
        let second = Documents.shard([5, 6], [Self.absentEntry, (0, 2), Self.absentEntry, Self.absentEntry])
        #expect(try count(document, [:]) == [6, 6])
        #expect(try count(document, ["c/0": first]) == [6, 4])
        #expect(try count(document, ["c/0": first, "c/1": second]) == [6, 3])
        // A shard whose index is damaged is there, with all that is in it.
        #expect(try count(document, ["c/0": [1, 2, 3], "c/1": second]) == [6, 1])
    }

    @Test func `of shards in shards, and of transposed ones, the innermost chunks are counted`() throws {
        let inner = Documents.sharding("[2, 1]")
        let transpose = #"{"name":"transpose","configuration":{"order":[1,0]}}"#
        // Shards of 4 x 6 become 6 x 4, which hold shards of 6 x 2, of chunks of 2 x 1: in the array's own order 1 x 2.
        let codecs = "[\(transpose),\(Documents.sharding("[6, 2]", codecs: "[\(inner)]"))]"
        let document = Documents.array(shape: "[7, 5]", chunks: "[4, 6]", codecs: codecs)
        #expect(try count(document, [:]) == [21, 21])
        // One of the two shards in the first one, with two of its six chunks.
        let innerShard = Documents.shard(
            [1, 2, 3, 4], [(0, 2), Self.absentEntry, Self.absentEntry, (2, 2), Self.absentEntry, Self.absentEntry])
        let shard = Documents.shard(innerShard, [(0, UInt64(innerShard.count)), Self.absentEntry])
        #expect(try count(document, ["c/0/0": shard]) == [21, 19])
    }

    @Test func `chunks that are absent are counted at the cost of a look at each shard`() throws {
        let document = Documents.array(
            shape: "[\(1 << 40)]", chunks: "[\(1 << 36)]", codecs: "[\(Documents.sharding("[\(1 << 16)]"))]")
        #expect(try count(document, [:]) == [1 << 24, 1 << 24])
    }
}
