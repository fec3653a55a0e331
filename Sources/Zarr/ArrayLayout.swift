import Support

/// How the elements of an array are arranged in chunks, and the chunks in the store: what its document says, checked.
struct ArrayLayout: Sendable {
    /// The most dimensions that are supported: more than any array has, and few enough for recursion over them.
    static let maximumRank = 32

    /// Bytes of all elements.
    let byteCount: Int
    /// How a chunk is decoded.
    let chunks: CodecChain

    private let path: String
    private let store: any Store
    let grid: ChunkGrid
    private let keyEncoding: ChunkKeyEncoding
    /// The value of elements in absent chunks; nil if such chunks are lost.
    private let fillValue: FillValue?

    init(
        _ document: ArrayDocument, path: String, store: any Store, cache: BlockCache, kind: BlockKind,
        absent: AbsentChunks
    ) throws(ZarrError) {
        self.path = path
        self.store = store
        keyEncoding = document.keyEncoding
        fillValue = absent == .damage ? nil : document.fillValue
        let rank = document.shape.count
        func invalid(_ problem: String) -> ZarrError { ZarrError(.invalidDocument, problem, path: path) }
        guard rank <= Self.maximumRank else {
            throw ZarrError(.unsupported, "\(rank) dimensions: at most \(Self.maximumRank) are supported", path: path)
        }
        guard (document.dimensionNames?.count ?? rank) == rank else {
            throw invalid("\(document.dimensionNames?.count ?? 0) dimension_names for \(rank) dimensions")
        }
        guard let grid = ChunkGrid(dividing: document.shape, into: document.chunkShape) else {
            throw invalid("chunks of \(document.chunkShape) for a shape of \(document.shape)")
        }
        guard let byteCount = ByteCount.product(grid.shape, document.dataType.itemSize) else {
            throw ZarrError(.unsupported, "a shape of \(document.shape) is too large", path: path)
        }
        self.byteCount = byteCount
        self.grid = grid
        let builder = CodecChain.Builder(
            path: path, dataType: document.dataType, fillValue: fillValue, store: store, cache: cache, kind: kind)
        chunks = try builder.chain(document.codecs, shape: grid.chunkShape)
        // Chunks are numbered through the whole array, down to the innermost.
        guard chunks.innermostCount.multiplied(by: grid.chunkCount) != nil else {
            throw ZarrError(.unsupported, "too many chunks", path: path)
        }
    }

    /// The most chunks whose versions are read; of an array with more, evenly spaced ones are taken.
    private static let versionedChunkLimit = 1 << 14

    /// The version of all chunks together; nil if that of any is not known.
    var version: UInt64? {
        let step = max(grid.chunkCount / Self.versionedChunkLimit, 1)
        return store.version(
            of: stride(from: 0, to: grid.chunkCount, by: step).lazy.map { number in
                keyEncoding.key(of: grid.coordinates(of: number), in: path)
            })
    }

    /// Calls `body` with the place in the array of the first element of each chunk.
    func forEachChunkStart(_ body: (_ start: [UInt64]) throws(ZarrError) -> Void) throws(ZarrError) {
        for number in 0..<grid.chunkCount {
            // The first element of a chunk is one of the array, so this is no more than the array's shape.
            try body(zip(grid.coordinates(of: number), grid.chunkShape).map { UInt64($0 * $1) })
        }
    }

    /// Reads the region `axes`, which lies within the array, into `buffer`.
    func read(_ axes: [Selection.Axis], into buffer: UnsafeMutableRawBufferPointer) throws(ZarrError) {
        guard let destination = buffer.baseAddress, buffer.count > 0 else { return }
        let selection = Selection(axes: axes, destination: destination)
        try selection.forEachChunk(of: grid) { coordinates, number, part throws(ZarrError) in
            let chunk = try chunk(number, at: coordinates)
            if try !chunks.read(part, of: chunk) { try part.fill(absent: chunk, with: fillValue) }
        }
    }

    /// The chunk `number`, whose place among the chunks is `coordinates`. Throws if this is not to go on.
    func chunk(_ number: Int, at coordinates: [Int]) throws(ZarrError) -> EncodedChunk {
        do throws(Cancelled) {
            try Cancellation.check()
        } catch {
            throw ZarrError(.store, "is not read to its end", path: path, cause: error)
        }
        return EncodedChunk(key: keyEncoding.key(of: coordinates, in: path), place: .object, number: number)
    }

    /// How many chunks there are, down to the innermost of shards, and how many of them the store does not have. One that is damaged is
    /// there, and so is all of a shard whose index is.
    func countChunks() throws(ZarrError) -> (all: Int, absent: Int) {
        // Nothing is written there.
        let place = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
        defer { place.deallocate() }
        let whole = Selection(
            axes: grid.shape.map { Selection.Axis(start: 0, count: $0, stride: 0) }, destination: place)
        var (all, absent) = (0, 0)
        try whole.forEachChunk(of: grid) { coordinates, number, part throws(ZarrError) in
            let count = chunks.innermostCount(in: part)
            all += count
            let chunk = try chunk(number, at: coordinates)
            do throws(ZarrError) {
                absent += try chunks.absentCount(in: part, of: chunk) ?? count
            } catch {
                guard error.kind == .damagedChunk else { throw error }
            }
        }
        return (all, absent)
    }

    /// How many chunks there are, whether the store has them or not.
    var chunkCount: Int { grid.chunkCount }

    /// Of an array of one dimension, the elements that cannot be read if `element`, which is one of it, cannot, since the store does not
    /// have its chunk, or has a damaged one: those of the chunk, or of the innermost chunk of a shard.
    func elements(lostWith element: Int) -> Range<Int> {
        let number = element / grid.chunkShape[0]
        let start = number * grid.chunkShape[0]
        let chunk = EncodedChunk(key: keyEncoding.key(of: [number], in: path), place: .object, number: number)
        let lost = chunks.elements(lostWith: element - start, of: chunk) ?? 0..<grid.chunkShape[0]
        return start + lost.lowerBound..<min(start.adding(lost.upperBound) ?? .max, grid.shape[0])
    }
}
