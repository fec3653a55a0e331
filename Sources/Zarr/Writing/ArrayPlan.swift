import Support

/// How an array that is to be written is divided into chunks and encoded. It grows along its first dimension, a row at a time;
/// how many rows there are need not be known before the last is written.
///
/// Chunks at the edge are padded with zeros to the size of all others, as Zarr requires. In order not to pad a short array, one
/// of at most `singleChunkRows` rows is a single chunk, exactly as long as the array.
public struct ArrayPlan: Sendable, Hashable {
    /// Bytes of the largest chunk that readers accept, 1 GiB.
    private static let maximumChunkBytes = 1 << 30

    /// The type of an element, which is a number.
    let dataType: DataType
    /// The dimensions of a row: none for an array of one dimension, `[3]` for a table of three columns.
    let rowShape: [Int]
    /// Rows in a chunk.
    let chunkRows: Int
    /// Chunks in a shard; nil if each chunk is kept under a key of its own.
    let chunksPerShard: Int?
    /// An array of at most this many rows is one chunk; never less than `chunkRows`. This many rows are held in memory.
    let singleChunkRows: Int
    /// What a chunk's bytes are compressed with, in this order. If there is nothing, readers can read parts of a chunk.
    let compression: [Compression]

    /// Bytes of a row.
    var rowSize: Int { rowShape.reduce(dataType.itemSize, *) }

    /// A plan. Throws `invalidRequest` if a number is not positive, a chunk would have more than 1 GiB, the elements are not
    /// numbers, or a codec's settings are out of range.
    public init(
        _ dataType: DataType, rowShape: [Int] = [], chunkRows: Int, chunksPerShard: Int? = nil,
        singleChunkRows: Int? = nil, compression: [Compression] = []
    ) throws(ZarrError) {
        func invalid(_ problem: String) -> ZarrError { ZarrError(.invalidRequest, problem, path: "") }
        let singleChunkRows = max(singleChunkRows ?? chunkRows, chunkRows)
        switch dataType.kind {
        case .signedInteger, .unsignedInteger, .float: break
        case .bool, .complex, .raw: throw invalid("arrays of \(dataType.name) are not written")
        }
        guard rowShape.count < ArrayLayout.maximumRank, rowShape.allSatisfy({ $0 > 0 }), chunkRows > 0,
            (chunksPerShard ?? 1) > 0, let rowSize = ByteCount.product(rowShape, dataType.itemSize),
            let chunkBytes = rowSize.multiplied(by: singleChunkRows), chunkBytes <= Self.maximumChunkBytes,
            chunkRows.multiplied(by: chunksPerShard ?? 1) != nil
        else { throw invalid("rows of \(rowShape), \(chunkRows) to a chunk, are no plan for an array") }
        if let codec = compression.first(where: { !$0.isValid }) { throw invalid("\(codec) has settings out of range") }
        self.init(
            valid: dataType, rowShape: rowShape, chunkRows: chunkRows, chunksPerShard: chunksPerShard,
            singleChunkRows: singleChunkRows, compression: compression)
    }

    /// A plan whose numbers are known to be valid.
    private init(
        valid dataType: DataType, rowShape: [Int], chunkRows: Int, chunksPerShard: Int?, singleChunkRows: Int,
        compression: [Compression]
    ) {
        self.dataType = dataType
        self.rowShape = rowShape
        self.chunkRows = chunkRows
        self.chunksPerShard = chunksPerShard
        self.singleChunkRows = singleChunkRows
        self.compression = compression
    }
}

extension ArrayPlan {
    /// Coded audio, one byte an element: chunks of 512 KiB, of which readers can read parts, in shards of 64 MiB. A checksum of a
    /// chunk would have to be computed over all of it, so those of the audio are in an array of their own.
    ///
    /// A shard's index has 2 KiB and is read once; 24 hours of 48 kHz FLAC are about 60 shards. The padding at the end is less than
    /// 512 KiB, and there is none if the blob has at most 4 MiB, since it is then one chunk of its own length.
    public static let blob = ArrayPlan(
        valid: .uint8, rowShape: [], chunkRows: 512 << 10, chunksPerShard: 128, singleChunkRows: 4 << 20,
        compression: [])

    /// A file that is kept as it is and read from front to back: like a blob, but each chunk has a checksum.
    public static let file = ArrayPlan(
        valid: .uint8, rowShape: [], chunkRows: 512 << 10, chunksPerShard: 128, singleChunkRows: 4 << 20,
        compression: [.crc32c])

    /// Checksums of a blob, a `uint32` for each of its blocks. A chunk of them, which is read at once, has 4 KiB.
    public static let checksums = ArrayPlan(
        valid: .uint32, rowShape: [], chunkRows: 1 << 10, chunksPerShard: 1 << 10, singleChunkRows: 4 << 10,
        compression: [.crc32c])

    /// Bytes that are always read as a whole, such as the header of a source or of a codec.
    public static let bytes = ArrayPlan(
        valid: .uint8, rowShape: [], chunkRows: 1 << 20, chunksPerShard: nil, singleChunkRows: 1 << 20,
        compression: [.zstd(level: 3), .crc32c])

    /// An index of `uint64` numbers, `columns` of them a row. A chunk has about `chunkByteCount` bytes before it is compressed, since
    /// reading one row decodes the chunk that it is in; a shard of them has about 600 kB. Larger chunks make a smaller index. A
    /// short index is one chunk.
    ///
    /// For Blosc, a row is one item: the same byte of the same column in successive rows is then stored together, and the index
    /// takes about 4 bytes a row, a third of what it takes with zstd alone. Within Blosc, LZ4 compresses hardly less than zstd,
    /// which needs longer to set up for so small a chunk than to decode it.
    public static func index(columns: Int, chunkByteCount: Int = 4_000) throws(ZarrError) -> ArrayPlan {
        let itemSize = MemoryLayout<UInt64>.size
        let rowSize = columns.multiplied(by: itemSize) ?? .max
        let compression = Compression.blosc(
            .lz4hc, level: 9, shuffle: .bytes, itemSize: rowSize <= Compression.maximumItemSize ? rowSize : itemSize)
        let chunkRows = max(chunkByteCount / max(rowSize, 1), 1)
        return try ArrayPlan(
            .uint64, rowShape: [columns], chunkRows: chunkRows,
            chunksPerShard: max(4_000_000 / max(chunkByteCount, 1), 1),
            singleChunkRows: max(chunkRows, 24_000 / max(rowSize, 1)), compression: [compression, .crc32c])
    }

    /// Samples of `channels` channels: chunks of about 256 KiB before they are compressed, 64 of them a shard.
    public static func samples(_ dataType: DataType, channels: Int) throws(ZarrError) -> ArrayPlan {
        let rowSize = ByteCount.product([channels], dataType.itemSize) ?? .max
        return try ArrayPlan(
            dataType, rowShape: channels == 1 ? [] : [channels], chunkRows: max((256 << 10) / max(rowSize, 1), 1),
            chunksPerShard: 64,
            compression: [.blosc(.zstd, level: 3, shuffle: .bits, itemSize: dataType.itemSize), .crc32c])
    }
}

/// How the rows of an array that was written are divided into chunks and shards.
struct WrittenGrid {
    let rowCount: Int
    let chunkRows: Int
    let chunksPerShard: Int?
}
