import Support

/// How an array that is to be written is divided and encoded. It grows along its first dimension, a row at a time; how many
/// rows there are shows when the last is written.
///
/// Edge chunks are as large as all others, filled up with zeros, as Zarr wants it. So that a short array does not take the
/// room of a long one, an array that ends before the chunk size matters is one chunk exactly as long as itself.
public struct ArrayPlan: Sendable, Hashable {
    /// More than this in one chunk, 1 GiB, and readers refuse it.
    private static let maximumChunkBytes = 1 << 30

    /// What an element is: a number.
    public let dataType: DataType
    /// The dimensions of a row: none for an array of one dimension, `[3]` for a table of three columns.
    public let rowShape: [Int]
    /// Rows in a chunk.
    public let chunkRows: Int
    /// Chunks in a file, which then is a shard; nil: each chunk is a file by itself.
    public let chunksPerShard: Int?
    /// An array of at most so many rows is one chunk. Never less than `chunkRows`. So many rows are held in memory.
    public let singleChunkRows: Int
    /// What is done to a chunk's bytes, in this order. None at all lets readers take parts of a chunk.
    public let compression: [Compression]

    /// Bytes of a row.
    var rowSize: Int { rowShape.reduce(dataType.itemSize, *) }

    /// A plan. Throws `invalidRequest` where a number is not positive, a chunk would have more than 1 GiB, the elements are
    /// not numbers, or a codec does not know its settings.
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

    /// A plan of numbers that are known to be right.
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
    /// Coded audio, a byte an element: chunks of 512 KiB that readers take parts of, in shards of 64 MiB.
    ///
    /// A shard's index is 2 KiB and read once; 24 hours of 48 kHz FLAC are some 60 files. What is filled up at the end is less
    /// than 512 KiB, and only of a recording of more than 4 MiB: a shorter one is one chunk of its own length.
    public static let blob = ArrayPlan(
        valid: .uint8, rowShape: [], chunkRows: 512 << 10, chunksPerShard: 128, singleChunkRows: 4 << 20,
        compression: [])

    /// Bytes that are read as a whole or not at all: a source's header, a codec's.
    public static let bytes = ArrayPlan(
        valid: .uint8, rowShape: [], chunkRows: 1 << 20, chunksPerShard: nil, singleChunkRows: 1 << 20,
        compression: [.zstd(level: 3)])

    /// An index of `columns` numbers a row, `uint64`: chunks of about `chunkByteCount` bytes before they are compressed, since who
    /// wants one row decodes the chunk that it is in; so many to a shard that it is a file of some 600 kB. Larger chunks make a
    /// smaller index. A short index is one chunk.
    ///
    /// Blosc is told that a row is one item: the same byte of the same column in row after row then lies together, and the
    /// index takes a third of the room that zstd alone needs, about 4 bytes a row. Of that, LZ4 makes hardly more than zstd, which
    /// takes longer to begin with so small a chunk than to decode it.
    public static func index(columns: Int, chunkByteCount: Int = 4_000) throws(ZarrError) -> ArrayPlan {
        let itemSize = MemoryLayout<UInt64>.size
        let rowSize = columns.multiplied(by: itemSize) ?? .max
        let compression = Compression.blosc(
            .lz4hc, level: 9, shuffle: .bytes, itemSize: rowSize <= Compression.maximumItemSize ? rowSize : itemSize)
        let chunkRows = max(chunkByteCount / max(rowSize, 1), 1)
        return try ArrayPlan(
            .uint64, rowShape: [columns], chunkRows: chunkRows,
            chunksPerShard: max(4_000_000 / max(chunkByteCount, 1), 1),
            singleChunkRows: max(chunkRows, 24_000 / max(rowSize, 1)), compression: [compression])
    }

    /// Samples of `channels` channels: chunks of about 256 KiB before they are compressed, in shards of 64 of them.
    public static func samples(_ dataType: DataType, channels: Int) throws(ZarrError) -> ArrayPlan {
        let rowSize = ByteCount.product([channels], dataType.itemSize) ?? .max
        return try ArrayPlan(
            dataType, rowShape: channels == 1 ? [] : [channels], chunkRows: max((256 << 10) / max(rowSize, 1), 1),
            chunksPerShard: 64, compression: [.blosc(.zstd, level: 3, shuffle: .bits, itemSize: dataType.itemSize)])
    }
}

/// How the rows of a written array turned out to be divided.
struct WrittenGrid {
    let rowCount: Int
    let chunkRows: Int
    let chunksPerShard: Int?
}
