import Support

/// The codecs of the chunks of one level: of an array, or of the shards of one.
///
/// Encoding goes through `transposes`, the serializer and `compressors` in this order, decoding the other way.
final class CodecChain: Sendable {
    /// The one codec of a chain that turns an array into bytes.
    enum Serializer {
        case bytes(BytesCodec)
        case sharding(ShardingCodec)
    }

    /// How many bytes a chunk may have that must be decoded as a whole, 1 GiB. Uncompressed chunks, and shards however large
    /// that are not compressed themselves, are read in part and have no such bound.
    static let maximumDecodedSize = 1 << 30
    /// How many bytes such a chunk may have at any step of its encoding.
    static let maximumEncodedSize = 2 * maximumDecodedSize + (1 << 20)

    /// Elements of a chunk in every dimension.
    let shape: [Int]

    private let transposes: [TransposeCodec]
    private let serializer: Serializer
    private let compressors: [any BytesToBytesCodec]
    /// How many bytes the serializer makes, then each of the compressors.
    private let sizes: [ByteCount]
    private let store: any Store
    private let cache: BlockCache
    private let cacheOwner: BlockOwner

    init(
        shape: [Int], transposes: [TransposeCodec], serializer: Serializer, compressors: [any BytesToBytesCodec],
        store: any Store, cache: BlockCache, kind: BlockKind
    ) {
        self.shape = shape
        self.transposes = transposes
        self.serializer = serializer
        self.compressors = compressors
        self.store = store
        self.cache = cache
        cacheOwner = cache.makeOwner(of: kind)
        var sizes = [serializer.encodedSize]
        for compressor in compressors { sizes.append(compressor.encodedSize(of: sizes[sizes.count - 1])) }
        self.sizes = sizes
    }

    /// How many bytes an encoded chunk has.
    var encodedSize: ByteCount { sizes[sizes.count - 1] }

    /// How many chunks of the innermost level one of this level holds.
    var innermostCount: Int {
        switch serializer {
        case .bytes: 1
        case .sharding(let sharding): sharding.innermostCount
        }
    }

    /// The codec whose bytes are those in the store, if chunks can be read in part; nil if they are compressed or are shards.
    var plainCodec: BytesCodec? {
        guard compressors.isEmpty, case .bytes(let bytes) = serializer else { return nil }
        return bytes
    }

    /// The region of what the serializer made of a chunk that `selection` of the chunk is.
    func transposed(_ selection: Selection) -> Selection {
        transposes.reduce(selection) { $1.encodedSelection(of: $0) }
    }

    /// Reads `selection` of `chunk`; false if the store has no such chunk, and what the selection then holds is undefined.
    func read(_ selection: Selection, of chunk: EncodedChunk) throws(ZarrError) -> Bool {
        let selection = transposed(selection)
        var serialized = chunk
        if !compressors.isEmpty {
            guard let block = try decompressedBlock(of: chunk) else { return false }
            serialized = EncodedChunk(key: chunk.key, place: .memory(BlockSlice(block)), number: chunk.number)
        }
        switch serializer {
        case .bytes(let bytes): return try bytes.read(selection, of: serialized, in: store)
        case .sharding(let sharding): return try sharding.read(selection, of: serialized)
        }
    }

    /// The bytes the serializer made of `chunk`, decoded once and kept; nil where the store has no such chunk.
    private func decompressedBlock(of chunk: EncodedChunk) throws(ZarrError) -> Block? {
        let key = BlockKey(owner: cacheOwner, number: UInt64(chunk.number))
        let block = try cache.block(key) { () throws(ZarrError) -> Block in
            guard let encoded = try chunk.readAll(atMost: encodedSize.limit, from: store) else { return Block([]) }
            return try decompress(encoded, of: chunk)
        }
        // A missing chunk is kept as no bytes, which no chunk decodes to.
        return block.count > 0 ? block : nil
    }

    private func decompress(_ encoded: Block, of chunk: EncodedChunk) throws(ZarrError) -> Block {
        var block = encoded
        for (compressor, size) in zip(compressors, sizes).reversed() {
            do {
                block = try compressor.decode(block, expecting: size)
            } catch {
                throw chunk.damaged("cannot be decoded", cause: error)
            }
        }
        guard block.count > 0 else { throw chunk.damaged("decodes to nothing") }
        return block
    }
}

extension CodecChain.Serializer {
    /// How many bytes it makes of a chunk.
    var encodedSize: ByteCount {
        switch self {
        case .bytes(let bytes): .exactly(bytes.encodedSize)
        case .sharding(let sharding): .atMost(sharding.encodedLimit)
        }
    }
}
