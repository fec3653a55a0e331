import Support

/// A shard that is being written: its inner chunks one after another, then its index and the index's checksum.
///
/// See the "Sharding codec (version 1.0)" specification.
struct ShardWriter: ~Copyable {
    private let value: any NewValue
    /// Offset and length of each inner chunk.
    private var index: [UInt64] = []

    /// A shard that is the new `value`.
    init(_ value: any NewValue) {
        self.value = value
    }

    /// Appends the next inner chunk, encoded.
    mutating func append(_ chunk: [UInt8]) throws(StoreError) {
        index += [UInt64(value.byteCount), UInt64(chunk.count)]
        try value.append(chunk)
    }

    /// Writes the index of a shard that has `chunksPerShard` inner chunks; those that were not appended are empty. Then ends the
    /// value.
    consuming func finish(chunksPerShard: Int) throws(StoreError) {
        let empty = [UInt64](repeating: .max, count: max(2 * chunksPerShard - index.count, 0))
        let bytes = (index + empty).map(\.littleEndian).withUnsafeBytes { Array($0) }
        try value.append(Crc32cCodec().encode(bytes))
        try value.finish()
    }
}
