import Support

/// The codecs of the chunks of one level: those of an array, or the inner ones of its shards.
///
/// Chunks are encoded by `transposes`, the serializer and `compressors`, in this order, and decoded in the reverse order.
final class CodecChain: Sendable {
    /// The one codec of a chain that turns an array into bytes.
    enum Serializer {
        case bytes(BytesCodec)
        case sharding(ShardingCodec)
    }

    /// The most bytes, 1 GiB, of a chunk that must be decoded as a whole. Uncompressed chunks, and shards that are not themselves
    /// compressed, are read in part and have no such bound.
    static let maximumDecodedSize = 1 << 30
    /// The most bytes that such a chunk may have at any step of its encoding.
    static let maximumEncodedSize = 2 * maximumDecodedSize + (1 << 20)

    /// Elements in every dimension of a chunk of the innermost level: of the chunks themselves if these are no shards.
    let innermostShape: [Int]
    private let transposes: [TransposeCodec]
    let serializer: Serializer
    let compressors: [any BytesToBytesCodec]
    /// How many bytes a chunk has after the serializer, and after each of the compressors.
    private let sizes: [ByteCount]
    private let failures = RecentFailures()
    /// Whether a chunk that is not there is lost.
    private let needsAllChunks: Bool
    private let store: any Store
    let cache: BlockCache
    let cacheOwner: BlockOwner

    init(
        shape: [Int], transposes: [TransposeCodec], serializer: Serializer, compressors: [any BytesToBytesCodec],
        needsAllChunks: Bool, store: any Store, cache: BlockCache, kind: BlockKind
    ) {
        innermostShape =
            switch serializer {
            case .bytes: shape
            case .sharding(let sharding):
                transposes.reversed().reduce(sharding.innermostShape) { $1.decodedShape(of: $0) }
            }
        self.transposes = transposes
        self.serializer = serializer
        self.compressors = compressors
        self.needsAllChunks = needsAllChunks
        self.store = store
        self.cache = cache
        cacheOwner = cache.makeOwner(of: kind)
        var sizes = [serializer.encodedSize]
        for compressor in compressors { sizes.append(compressor.encodedSize(of: sizes[sizes.count - 1])) }
        self.sizes = sizes
    }

    /// Bytes of an encoded chunk.
    var encodedSize: ByteCount { sizes[sizes.count - 1] }

    /// Whether every bit of a chunk is covered by a checksum.
    var hasChecksum: Bool {
        if compressors.contains(where: { $0 is Crc32cCodec }) { return true }
        guard case .sharding(let sharding) = serializer else { return false }
        return sharding.hasChecksum
    }

    /// Whether the chunks of which something is read are kept in the cache, since they are decoded as a whole.
    var keepsChunks: Bool {
        guard compressors.isEmpty else { return true }
        guard case .sharding(let sharding) = serializer else { return false }
        return sharding.inner.keepsChunks
    }

    /// Chunks of the innermost level in a chunk of this level.
    var innermostCount: Int {
        switch serializer {
        case .bytes: 1
        case .sharding(let sharding): sharding.innermostCount
        }
    }

    /// The serializer, if chunks can be read in part without anything else; nil if they are compressed or are shards.
    var plainCodec: BytesCodec? {
        guard compressors.isEmpty, case .bytes(let bytes) = serializer else { return nil }
        return bytes
    }

    /// `selection` of a chunk as a region of the transposed chunk that was serialized.
    func transposed(_ selection: Selection) -> Selection {
        transposes.reduce(selection) { $1.encodedSelection(of: $0) }
    }

    /// Reads `selection` of `chunk`; returns false if the store has no such chunk, and what the selection then holds is undefined.
    func read(_ selection: Selection, of chunk: EncodedChunk) throws(ZarrError) -> Bool {
        let selection = transposed(selection)
        guard let serialized = try serialized(chunk) else { return false }
        switch serializer {
        case .bytes(let bytes): return try bytes.read(selection, of: serialized, in: store)
        case .sharding(let sharding): return try sharding.read(selection, of: serialized)
        }
    }

    /// `chunk` without its compressors; nil if the store has no such chunk, as far as that shows without reading.
    private func serialized(_ chunk: EncodedChunk) throws(ZarrError) -> EncodedChunk? {
        guard !compressors.isEmpty else { return chunk }
        return try decompressedBlock(of: chunk).map {
            EncodedChunk(key: chunk.key, place: .memory(BlockSlice($0)), number: chunk.number)
        }
    }

    /// How many chunks of the innermost level `selection` overlaps, which begins where such a chunk begins.
    func innermostCount(in selection: Selection) -> Int {
        // No more than all, whose number fits.
        zip(selection.axes, innermostShape).reduce(1) { $0 * (1 + ($1.0.count - 1) / $1.1) }
    }

    /// How many chunks of the innermost level that `selection` of `chunk` overlaps are not there; nil if `chunk` itself is not.
    func absentCount(in selection: Selection, of chunk: EncodedChunk) throws(ZarrError) -> Int? {
        switch serializer {
        case .bytes: return try chunk.byteCount(atMost: .max, in: store) == nil ? nil : 0
        case .sharding(let sharding):
            guard let serialized = try serialized(chunk) else { return nil }
            return try sharding.absentCount(in: transposed(selection), of: serialized)
        }
    }

    /// Of a chunk of one dimension, the elements that cannot be read if `element` cannot; nil if that is all of them.
    func elements(lostWith element: Int, of chunk: EncodedChunk) -> Range<Int>? {
        guard compressors.isEmpty, case .sharding(let sharding) = serializer else { return nil }
        return sharding.elements(lostWith: element, of: chunk)
    }

    /// The serialized bytes of `chunk`, decompressed once and cached; nil if the store has no such chunk.
    private func decompressedBlock(of chunk: EncodedChunk) throws(ZarrError) -> Block? {
        let key = BlockKey(owner: cacheOwner, number: UInt64(chunk.number))
        let block = try cache.block(key) { () throws(ZarrError) -> Block in
            if let failure = failures.failure(of: chunk.number) { throw failure }
            guard let block = try readDecompressed(chunk) else {
                // What is lost may come back, and is not remembered.
                guard !needsAllChunks else { throw chunk.lost }
                return Block([])
            }
            return block
        }
        // An absent chunk is cached as an empty block, which no chunk decodes to.
        return block.count > 0 ? block : nil
    }

    /// Reads and decompresses `chunk` as soon as there is memory for it; nil if the store has no such chunk.
    private func readDecompressed(_ chunk: EncodedChunk) throws(ZarrError) -> Block? {
        guard serializer.encodedSize.limit > BlockCache.unadmittedByteCount else {
            return try chunk.readAll(atMost: encodedSize.limit, from: store).map { encoded throws(ZarrError) in
                try decompress(encoded, of: chunk)
            }
        }
        guard let encodedCount = try chunk.byteCount(atMost: encodedSize.limit, in: store) else { return nil }
        let needed = memoryByteCount(decoding: encodedCount)
        guard cache.admits(needed) else {
            throw ZarrError(
                .unsupported,
                "decoding it takes \(needed) bytes of memory, more than the \(cache.largestAdmission) allowed",
                path: chunk.key)
        }
        return try cache.admitting(needed) { () throws(ZarrError) -> Block? in
            try checkCancellation(chunk)
            return try chunk.readAll(atMost: encodedCount, from: store).map { encoded throws(ZarrError) in
                try decompress(encoded, of: chunk)
            }
        }
    }

    /// Bytes of memory that decompressing a chunk of `encodedCount` bytes takes, at the worst: all that is between the compressors is there
    /// at the same time. What is left if a checksum is taken off is no more than there was.
    private func memoryByteCount(decoding encodedCount: Int) -> Int {
        var sum = encodedCount
        var size = encodedCount
        for (compressor, limit) in zip(compressors, sizes).reversed() {
            size = compressor is Crc32cCodec ? size : limit.limit
            sum = sum.adding(size) ?? .max
        }
        return sum
    }

    private func checkCancellation(_ chunk: EncodedChunk) throws(ZarrError) {
        do throws(Cancelled) {
            try Cancellation.check()
        } catch {
            throw ZarrError(.store, "is not read to its end", path: chunk.key, cause: error)
        }
    }

    private func decompress(_ encoded: Block, of chunk: EncodedChunk) throws(ZarrError) -> Block {
        var block = encoded
        for (compressor, size) in zip(compressors, sizes).reversed() {
            do {
                block = try compressor.decode(block, expecting: size)
            } catch {
                let failure = chunk.damaged("cannot be decoded", cause: error)
                failures.add(failure, of: chunk.number)
                store.distrust(chunk.key)
                throw failure
            }
        }
        guard block.count > 0 else { throw chunk.damaged("decodes to nothing") }
        return block
    }
}

extension CodecChain.Serializer {
    /// Bytes of a serialized chunk.
    var encodedSize: ByteCount {
        switch self {
        case .bytes(let bytes): .exactly(bytes.encodedSize)
        case .sharding(let sharding): .atMost(sharding.encodedLimit)
        }
    }
}
