/// Documents and shards made by hand, as zarr-python would not write them.
enum Documents {
    static let bytes = #"{"name":"bytes","configuration":{"endian":"little"}}"#
    static let bigBytes = #"{"name":"bytes","configuration":{"endian":"big"}}"#
    static let indexCodecs = #"[{"name":"bytes","configuration":{"endian":"little"}},{"name":"crc32c"}]"#

    /// The zarr.json of an array; `extra` has further members, each after a comma.
    static func array(
        shape: String = "[8]", type: String = #""uint8""#, chunks: String = "[4]", codecs: String = "[\(bytes)]",
        fill: String = "0", keys: String = #"{"name":"default"}"#, extra: String = ""
    ) -> String {
        """
        {"zarr_format":3,"node_type":"array","shape":\(shape),"data_type":\(type),\
        "chunk_grid":{"name":"regular","configuration":{"chunk_shape":\(chunks)}},\
        "chunk_key_encoding":\(keys),"fill_value":\(fill),"codecs":\(codecs)\(extra)}
        """
    }

    /// The codec `sharding_indexed`.
    static func sharding(
        _ chunks: String = "[2]", codecs: String = "[\(bytes)]", index: String = indexCodecs, location: String = "end"
    ) -> String {
        """
        {"name":"sharding_indexed","configuration":{"chunk_shape":\(chunks),"codecs":\(codecs),\
        "index_codecs":\(index),"index_location":"\(location)"}}
        """
    }

    /// A shard: `content`, then an index of `entries` and its checksum.
    static func shard(_ content: [UInt8], _ entries: [(offset: UInt64, count: UInt64)]) -> [UInt8] {
        let index = entries.flatMap { littleEndian($0.offset) + littleEndian($0.count) }
        return content + index + littleEndian(checksum(index))
    }

    /// The CRC-32C, computed bit by bit as RFC 3720 defines it.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 0 ? 0 : 0x82F6_3B78) }
        }
    }

    static func littleEndian<T: FixedWidthInteger>(_ number: T) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
