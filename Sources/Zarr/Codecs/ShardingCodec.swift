import Support

/// The codec `sharding_indexed`: a chunk that is itself a grid of chunks, with an index of their places.
///
/// See the "Sharding codec (version 1.0)" specification. Of a shard, only the index and the inner chunks that are needed are read.
final class ShardingCodec: Sendable {
    let grid: ChunkGrid
    let inner: CodecChain
    let indexChain: IndexCodecChain
    let indexLocation: ShardingDocument.IndexLocation
    /// The value of elements in absent chunks; nil if such chunks are lost.
    private let fillValue: FillValue?
    private let store: any Store
    let cache: BlockCache
    let cacheOwner: BlockOwner

    /// Chunks of the innermost level in a shard.
    let innermostCount: Int
    /// Whether every bit of an inner chunk is covered by a checksum.
    var hasChecksum: Bool { inner.hasChecksum }
    /// Elements in every dimension of a chunk of the innermost level.
    var innermostShape: [Int] { inner.innermostShape }
    /// The most bytes that a shard may have if it is itself compressed; others may have gaps and be longer.
    let encodedLimit: Int

    /// Nil if the numbers are too large.
    init?(
        grid: ChunkGrid, inner: CodecChain, indexChain: IndexCodecChain,
        indexLocation: ShardingDocument.IndexLocation, fillValue: FillValue?, store: any Store, cache: BlockCache
    ) {
        guard let innermostCount = inner.innermostCount.multiplied(by: grid.chunkCount) else { return nil }
        self.innermostCount = innermostCount
        encodedLimit =
            inner.encodedSize.limit.multiplied(by: grid.chunkCount)?.adding(indexChain.encodedSize) ?? .max
        self.grid = grid
        self.inner = inner
        self.indexChain = indexChain
        self.indexLocation = indexLocation
        self.fillValue = fillValue
        self.store = store
        self.cache = cache
        cacheOwner = cache.makeOwner(of: .indexes)
    }

    /// Reads `selection` of `shard`; returns false, and writes nothing, if the store has no such shard.
    ///
    /// Parts of uncompressed inner chunks are read together if they follow one another both in the shard and in memory.
    func read(_ selection: Selection, of shard: EncodedChunk) throws(ZarrError) -> Bool {
        let index = try index(of: shard)
        guard !index.isAbsent else { return false }
        var run: ShardRun?
        try selection.forEachChunk(of: grid) { coordinates, number, part throws(ZarrError) in
            switch index.entry(number) {
            case .empty:
                try part.fill(absent: shard, with: fillValue)
            case .bytes(let range):
                // The builder has checked that every chunk of the array has a number.
                let chunk = shard.inner(range, number: shard.number * grid.chunkCount + number)
                if let next = try plainRun(of: part, chunk, at: range.lowerBound) {
                    if run?.append(next) == true { return }
                    try run?.read(of: shard, in: store)
                    run = next
                } else {
                    try run?.read(of: shard, in: store)
                    run = nil
                    if try !inner.read(part, of: chunk) { try part.fill(absent: chunk, with: fillValue) }
                }
            case .outside(let offset, let count):
                throw shard.damaged(
                    "the index puts inner chunk \(coordinates) at \(offset), \(count) bytes, beyond the shard's end")
            }
        }
        try run?.read(of: shard, in: store)
        return true
    }

    /// How many chunks of the innermost level that `selection` of `shard` overlaps are not there; nil if there is no shard.
    func absentCount(in selection: Selection, of shard: EncodedChunk) throws(ZarrError) -> Int? {
        let index = try index(of: shard)
        guard !index.isAbsent else { return nil }
        var absent = 0
        try selection.forEachChunk(of: grid) { _, number, part throws(ZarrError) in
            switch index.entry(number) {
            case .empty: absent += inner.innermostCount(in: part)
            case .bytes(let range):
                let chunk = shard.inner(range, number: shard.number * grid.chunkCount + number)
                absent += try inner.absentCount(in: part, of: chunk) ?? 0
            case .outside: break
            }
        }
        return absent
    }

    /// Of a shard of one dimension, the elements that cannot be read if `element` cannot; nil if that is all of them.
    func elements(lostWith element: Int, of shard: EncodedChunk) -> Range<Int>? {
        guard let index = try? index(of: shard), !index.isAbsent else { return nil }
        let number = element / grid.chunkShape[0]
        let start = number * grid.chunkShape[0]
        var lost = 0..<grid.chunkShape[0]
        if case .bytes(let range) = index.entry(number) {
            let chunk = shard.inner(range, number: shard.number * grid.chunkCount + number)
            lost = inner.elements(lostWith: element - start, of: chunk) ?? lost
        }
        return start + lost.lowerBound..<start + lost.upperBound
    }

    /// The bytes of the shard that are `part` of the inner chunk `chunk`, which begins at byte `start`; nil if they cannot be read
    /// as they are.
    private func plainRun(of part: Selection, _ chunk: EncodedChunk, at start: Int) throws(ZarrError) -> ShardRun? {
        guard let codec = inner.plainCodec, let bytes = codec.run(of: inner.transposed(part)) else { return nil }
        try chunk.check(size: codec.encodedSize)
        return ShardRun(
            bytes: start + bytes.lowerBound..<start + bytes.upperBound, destination: part.destination, codec: codec)
    }

    /// The index of `shard`, read once and cached.
    func index(of shard: EncodedChunk) throws(ZarrError) -> ShardIndex {
        let key = BlockKey(owner: cacheOwner, number: UInt64(shard.number))
        let block = try cache.block(key) { () throws(ZarrError) -> Block in
            // Encoded, decoded, and without its checksum.
            let needed = indexChain.encodedSize.multiplied(by: 3) ?? .max
            guard cache.admits(needed) else {
                throw ZarrError(
                    .unsupported,
                    "its index takes \(needed) bytes of memory, more than the \(cache.largestAdmission) allowed",
                    path: shard.key)
            }
            return try cache.admitting(needed) { () throws(ZarrError) in try readIndex(of: shard) }
        }
        return ShardIndex(block)
    }

    /// The index of `shard`, in a block of its own.
    private func readIndex(of shard: EncodedChunk) throws(ZarrError) -> Block {
        guard
            let (encoded, size) = try shard.readIndex(indexChain.encodedSize, at: indexLocation, from: store)
        else {
            // What is lost may come back, and is not remembered.
            guard fillValue != nil else { throw shard.lost }
            return Block([])
        }
        return try ShardIndex.makeBlock(shardSize: size, entryBytes: indexChain.decodedSize) {
            entries throws(ZarrError) in
            do {
                try indexChain.decode(encoded, to: entries)
            } catch {
                store.distrust(shard.key)
                throw shard.damaged("the index cannot be decoded", cause: error)
            }
        }
    }
}

/// Bytes of a shard that are to be read at once: parts of inner chunks that follow one another both in the shard and in memory.
private struct ShardRun {
    private(set) var bytes: Range<Int>
    let destination: UnsafeMutableRawPointer
    let codec: BytesCodec

    /// Appends `next`; false if it does not follow.
    mutating func append(_ next: ShardRun) -> Bool {
        guard next.bytes.lowerBound == bytes.upperBound, next.destination == destination + bytes.count else {
            return false
        }
        bytes = bytes.lowerBound..<next.bytes.upperBound
        return true
    }

    /// Reads the bytes.
    func read(of shard: EncodedChunk, in store: any Store) throws(ZarrError) {
        let part = shard.inner(bytes, number: shard.number)
        guard try part.read(0..<bytes.count, of: bytes.count, from: store, to: destination) else { throw part.lost }
        codec.decodeInPlace(UnsafeMutableRawBufferPointer(start: destination, count: bytes.count))
    }
}
