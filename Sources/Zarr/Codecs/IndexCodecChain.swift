import Support

/// The codecs of a shard's index, which is an array of `UInt64`, an offset and a length for each inner chunk. The size of an
/// encoded index is known before it is read.
struct IndexCodecChain: Sendable {
    private let shape: [Int]
    private let transposes: [TransposeCodec]
    private let bytes: BytesCodec
    private let checksums: [Crc32cCodec]

    /// Bytes of the decoded index.
    let decodedSize: Int
    /// Bytes of the encoded index in the shard.
    let encodedSize: Int

    /// The chain for an index of `shape`; nil if that is too large.
    init?(shape: [Int], transposes: [TransposeCodec], bytes: BytesCodec, checksums: [Crc32cCodec]) {
        let size = checksums.reduce(ByteCount.exactly(bytes.encodedSize)) { $1.encodedSize(of: $0) }.limit
        guard size <= CodecChain.maximumDecodedSize else { return nil }
        encodedSize = size
        decodedSize = bytes.encodedSize
        self.shape = shape
        self.transposes = transposes
        self.bytes = bytes
        self.checksums = checksums
    }

    /// Decodes the index `encoded` to the `decodedSize` bytes at `destination`, in C order and little-endian.
    func decode(_ encoded: Block, to destination: UnsafeMutableRawPointer) throws(CodecError) {
        var block = encoded
        for checksum in checksums.reversed() {
            block = try checksum.decode(block, expecting: .exactly(block.count - Crc32cCodec.checksumSize))
        }
        var selection = Selection(whole: shape, itemSize: MemoryLayout<UInt64>.size, destination: destination)
        for transpose in transposes { selection = transpose.encodedSelection(of: selection) }
        bytes.read(selection, from: block.bytes)
    }
}
