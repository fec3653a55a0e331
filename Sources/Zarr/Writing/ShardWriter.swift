import Support

/// A shard that is being written: its inner chunks one after another, then its index and the index's checksum.
///
/// See the "Sharding codec (version 1.0)" specification.
struct ShardWriter: ~Copyable {
    private var file: NewFile
    /// Offset and length of each inner chunk.
    private var index: [UInt64] = []

    /// A shard in the new `file`.
    init(_ file: consuming NewFile) {
        self.file = file
    }

    /// Appends the next inner chunk, encoded.
    mutating func append(_ chunk: [UInt8]) throws(StoreError) {
        index += [UInt64(file.count), UInt64(chunk.count)]
        try file.append(chunk)
    }

    /// Writes the index of a shard that has room for `chunksPerShard` inner chunks. Those that were not appended are empty.
    consuming func finish(chunksPerShard: Int) throws(StoreError) {
        let empty = [UInt64](repeating: .max, count: max(2 * chunksPerShard - index.count, 0))
        let bytes = (index + empty).map(\.littleEndian).withUnsafeBytes { Array($0) }
        try file.append(Crc32cCodec().encode(bytes))
        file.finish()
    }
}
