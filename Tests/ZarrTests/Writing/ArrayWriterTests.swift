import Foundation
import Support
import TestSupport
import Testing

@testable import Zarr

/// A plan to write arrays with, and numbers of rows to write.
struct WriterCase: Sendable, CustomTestStringConvertible {
    let name: String
    let plan: ArrayPlan
    let rowCounts: [Int]

    var testDescription: String { name }

    static let all = (try? cases()) ?? []

    private static func cases() throws -> [WriterCase] {
        let compressions: [(String, [Compression])] = [
            ("bytes", []),
            ("zstd", [.zstd(level: 3)]),
            ("gzip", [.gzip(level: 6)]),
            ("crc32c", [.crc32c]),
            ("zstd and crc32c", [.zstd(level: 1), .crc32c]),
            ("blosc bits", [.blosc(.zstd, level: 5, shuffle: .bits, itemSize: 8)]),
            ("blosc bytes", [.blosc(.lz4hc, level: 9, shuffle: .bytes, itemSize: 8)]),
            ("blosc", [.blosc(.zstd, level: 1, shuffle: .none, itemSize: 8)]),
        ]
        var cases: [WriterCase] = []
        for (name, compression) in compressions {
            for shard in [nil, 1, 3] {
                let plan = try ArrayPlan(
                    .uint64, rowShape: [3], chunkRows: 10, chunksPerShard: shard, singleChunkRows: 15,
                    compression: compression)
                cases.append(
                    WriterCase(
                        name: "\(name), \(shard.map { "shards of \($0)" } ?? "no shards")", plan: plan,
                        rowCounts: [0, 1, 9, 10, 15, 16, 20, 29, 30, 31, 60, 61, 95]))
            }
        }
        let others: [(DataType, [Int])] = [
            (.uint8, []), (.int16, [2]), (.int32, []), (.float32, [2]), (.float64, []), (.int8, [2, 2]), (.uint32, []),
        ]
        for (type, rowShape) in others {
            let plan = try ArrayPlan(type, rowShape: rowShape, chunkRows: 7, chunksPerShard: 2)
            cases.append(WriterCase(name: "\(type.name) \(rowShape)", plan: plan, rowCounts: [5, 7, 8, 14, 40]))
        }
        for columns in [3, 5, 40] {
            cases.append(
                WriterCase(
                    name: "index of \(columns)", plan: try .index(columns: columns), rowCounts: [0, 100, 20_001]))
        }
        cases.append(
            WriterCase(name: "samples", plan: try .samples(.int32, channels: 2), rowCounts: [100, 70_000]))
        cases.append(WriterCase(name: "blob", plan: .blob, rowCounts: [0, 10_000, (4 << 20) + 1]))
        cases.append(WriterCase(name: "header", plan: .bytes, rowCounts: [44, (1 << 20) + 1]))
        return cases
    }

    /// The bytes of `rows` rows, which compress a little and differ from place to place.
    func bytes(rows: Int) -> [UInt8] {
        (0..<rows * plan.rowSize).map { UInt8(truncatingIfNeeded: $0 % 7 * ($0 >> 8 &+ 1)) }
    }

    /// Writes `rows` rows as the array `name` below `node`, in pieces of various lengths.
    func write(_ name: String, rows: Int, in node: any StagedNode) throws {
        let writer = ArrayWriter(in: node, name: name, plan)
        let bytes = bytes(rows: rows)
        var start = 0
        var length = 1
        while start < bytes.count {
            let end = min(start + length, bytes.count)
            try writer.append(Array(bytes[start..<end]))
            start = end
            length = length * 3 % 2_000_003 + 1
        }
        try writer.finish(attributes: ["rows": rows])
    }
}

/// Arrays that were written, read back or looked at in the store.
struct ArrayWriterTests {
    @Test func `arrays of every kind are tried`() {
        #expect(WriterCase.all.count == 8 * 3 + 7 + 3 + 1 + 2)
    }

    @Test(arguments: WriterCase.all) func `an array that was written reads back as it was`(_ example: WriterCase) throws
    {
        try withNewStore { store, _ in
            let node = try store.stageNode()
            for rows in example.rowCounts {
                try example.write("a\(rows)", rows: rows, in: node)
                let array = try ZarrArray.open(store, path: node.path(of: "a\(rows)"), cache: BlockCache(budget: 0))
                #expect(array.shape == [UInt64(rows)] + example.plan.rowShape.map { UInt64($0) })
                #expect(array.dataType == example.plan.dataType)
                #expect(try array.readAll() == example.bytes(rows: rows), "\(rows) rows")
                #expect(try array.attributes(as: [String: JSONValue].self).own == ["rows": .integer(Int64(rows))])
            }
        }
    }

    @Test func `a short array takes no more space than its bytes`() throws {
        try withNewStore { store, _ in
            let node = try store.stageNode()
            let writer = ArrayWriter(in: node, name: "blob", .blob)
            try writer.append([UInt8](repeating: 7, count: 10_000))
            try writer.finish()
            // The index of one chunk and its checksum follow it.
            #expect(try store.size(of: node.path(of: "blob/c/0")) == 10_000 + 16 + 4)
        }
    }

    @Test func `a long array is padded with zeros by less than a chunk`() throws {
        try withNewStore { store, _ in
            let node = try store.stageNode()
            let writer = ArrayWriter(in: node, name: "blob", .blob)
            let count = 5 << 20 | 1
            try writer.append([UInt8](repeating: 7, count: count))
            try writer.finish()
            #expect(try store.size(of: node.path(of: "blob/c/0")) == 11 * ((512 << 10) + 16) + 4)
        }
    }

    @Test func `the document of an array has the same bytes every time`() throws {
        try withNewStore { store, _ in
            let plan = try ArrayPlan(
                .uint64, rowShape: [3], chunkRows: 4, chunksPerShard: 2, compression: [.zstd(level: 3), .crc32c])
            let node = try store.stageNode()
            let writer = ArrayWriter(in: node, plan)
            try writer.append([UInt64](0..<15))
            try writer.finish(attributes: ["b": JSONValue.text("a/b"), "a": .number(1.5)])
            let document = try #require(try store.bytes(of: node.path(of: "zarr.json")))
            #expect(
                String(decoding: document, as: UTF8.self).filter { !$0.isWhitespace }
                    .replacing(/"[0-9a-f]{8}-[0-9a-f]{8}"/, with: "SUM") == """
                        {"attributes":{"a":1.5,"b":"a/b","zarrwlr_crc32c":SUM},"chunk_grid":{"configuration":{"chunk_shape":[8,3]},"name":"regular"},\
                        "chunk_key_encoding":{"configuration":{"separator":"/"},"name":"default"},"codecs":[{"configuration":\
                        {"chunk_shape":[4,3],"codecs":[{"configuration":{"endian":"little"},"name":"bytes"},{"configuration":\
                        {"checksum":false,"level":3},"name":"zstd"},{"name":"crc32c"}],"index_codecs":[{"configuration":\
                        {"endian":"little"},"name":"bytes"},{"name":"crc32c"}],"index_location":"end"},"name":\
                        "sharding_indexed"}],"data_type":"uint64","fill_value":0,"node_type":"array","shape":[5,3],\
                        "zarr_format":3}
                        """)
        }
    }

    @Test func `an array whose last row is incomplete, or whose attributes are no JSON, cannot be finished`() throws {
        try withNewStore { store, _ in
            let node = try store.stageNode()
            let broken = ArrayWriter(in: node, name: "a", try .index(columns: 3))
            try broken.append([UInt64](0..<4))
            #expect(throws: ZarrError.self) { try broken.finish() }
            let unwritable = ArrayWriter(in: node, name: "b", .bytes)
            #expect(throws: ZarrError.self) { try unwritable.finish(attributes: ["x": Double.nan]) }
            #expect(try ZarrNode.open(store, path: node.path(of: "a"), cache: BlockCache(budget: 0)) == nil)
        }
    }

    @Test(
        arguments: [
            (DataType.bool, [3], 1, nil, []), (.raw(bytes: 3), [], 1, nil, []), (.uint8, [0], 1, nil, []),
            (.uint8, [], 0, nil, []), (.uint8, [], 1, 0, []), (.uint64, [1 << 40], 1 << 40, nil, []),
            (.uint8, [], 2 << 30, nil, []), (.uint8, [], 1, nil, [.zstd(level: 0)]),
            (.uint8, [], 1, nil, [.gzip(level: 10)]),
            (.uint8, [], 1, nil, [.blosc(.lz4hc, level: 5, shuffle: .bits, itemSize: 0)]),
        ] as [(DataType, [Int], Int, Int?, [Compression])])
    func `a plan that is not valid is refused`(
        _ type: DataType, _ rowShape: [Int], _ chunkRows: Int, _ shard: Int?, _ compression: [Compression]
    ) {
        #expect(throws: ZarrError.self) {
            try ArrayPlan(
                type, rowShape: rowShape, chunkRows: chunkRows, chunksPerShard: shard, compression: compression)
        }
    }
}
