import Support

@testable import Recordings
@testable import Zarr

extension Parsers {
    /// What a store has: documents, chunks, rows of indexes; and what a catalogue has.
    static let stored: [String: Parser] = [
        "document": { bytes in
            let store = ValueStore(["zarr.json": bytes])
            let cache = BlockCache(budget: 1 << 20)
            _ = try? ZarrNode.open(store, path: "", cache: cache, attributes: NodeAttributes.self)
            _ = try? DocumentChecksum.verdict(on: "", in: store)
            guard let array = try? ZarrArray.open(store, path: "", cache: cache) else { return }
            var byte: UInt8 = 0
            _ = try? withUnsafeMutableBytes(of: &byte) { try array.read(bytes: 0..<1, into: $0) }
        },
        "chunk-blosc": {
            chunk(
                $0,
                #"{"name":"blosc","configuration":{"cname":"lz4","clevel":5,"shuffle":"shuffle","typesize":8,"blocksize":0}}"#
            )
        },
        "chunk-zstd": { chunk($0, #"{"name":"zstd","configuration":{"level":3,"checksum":false}}"#) },
        "chunk-gzip": { chunk($0, #"{"name":"gzip","configuration":{"level":5}}"#) },
        "chunk-crc32c": { chunk($0, #"{"name":"crc32c"}"#) },
        "shard": { bytes in
            let codecs = #"""
                {"name":"sharding_indexed","configuration":{"chunk_shape":[16],"index_location":"end",
                "codecs":[{"name":"bytes","configuration":{"endian":"little"}},{"name":"zstd","configuration":{"level":3,"checksum":false}}],
                "index_codecs":[{"name":"bytes","configuration":{"endian":"little"}}]}}
                """#
            read(bytes, codecs: codecs)
        },
        "facts": { bytes in
            _ = RecordingFacts(packed: bytes[...], path: "a")
            _ = RecordingFacts.file(packed: bytes[...])
        },
    ]

    /// Reads `bytes` as a chunk that `codec` has encoded.
    private static func chunk(_ bytes: [UInt8], _ codec: String) {
        read(bytes, codecs: #"{"name":"bytes","configuration":{"endian":"little"}},\#(codec)"#)
    }

    /// Reads `bytes` as the only chunk of an array.
    private static func read(_ bytes: [UInt8], codecs: String) {
        let document = #"""
            {"zarr_format":3,"node_type":"array","shape":[64],"data_type":"uint64","fill_value":0,
            "chunk_grid":{"name":"regular","configuration":{"chunk_shape":[64]}},
            "chunk_key_encoding":{"name":"default"},"codecs":[\#(codecs)]}
            """#
        let store = ValueStore(["zarr.json": Array(document.utf8), "c/0": bytes])
        guard let array = try? ZarrArray.open(store, path: "", cache: BlockCache(budget: 1 << 20)) else {
            fatalError("the array is not opened")
        }
        var values = [UInt8](repeating: 0, count: 512)
        values.withUnsafeMutableBytes { memory in
            _ = try? array.read(bytes: 0..<512, into: memory)
            _ = try? array.read(bytes: 100..<140, into: UnsafeMutableRawBufferPointer(rebasing: memory[..<40]))
        }
    }
}

/// A store of a few values.
private struct ValueStore: Store {
    private let values: [String: [UInt8]]

    init(_ values: [String: [UInt8]]) {
        self.values = values
    }

    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        guard let value = values[key] else { return nil }
        let range = try part.range(of: UInt64(value.count), key)
        let buffer = memory(range.count)
        if buffer.count == range.count { buffer.copyBytes(from: value[Int(range.lowerBound)..<Int(range.upperBound)]) }
        return ValueInfo(size: UInt64(value.count), version: nil)
    }

    func children(of prefix: String) -> [String] { [] }

    func status(of key: String) -> KeyStatus? { KeyStatus(modified: nil, version: nil) }

    func byteCount(below prefix: String) -> UInt64 { values.values.reduce(0) { $0 + UInt64($1.count) } }
}
