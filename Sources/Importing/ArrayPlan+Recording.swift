import Zarr

/// How the arrays of a recording are divided. A short one is a single chunk exactly as long as it is.
extension ArrayPlan {
    /// Coded audio: plain bytes, so that readers can take just the frames they need.
    static func blob() throws(ZarrError) -> ArrayPlan {
        try ArrayPlan(.uint8, chunkRows: 512 << 10, chunksPerShard: 128, singleChunkRows: 4 << 20)
    }

    /// An index of `columns` numbers a row: about 500 kB a chunk, before it is compressed.
    ///
    /// Bytes of the same column lie together for the compressor: that makes an index half to a third as large.
    static func index(columns: Int) throws(ZarrError) -> ArrayPlan {
        try ArrayPlan(
            .uint64, rowShape: [columns], chunkRows: columns == 5 ? 10_000 : 20_000,
            compression: [.blosc(.zstd, level: 5, shuffle: .bytes, itemSize: 8 * columns)])
    }

    /// Samples of `channels`, each as an element of `dataType`.
    static func samples(_ dataType: DataType, channels: Int) throws(ZarrError) -> ArrayPlan {
        let rows = max((256 << 10) / (dataType.itemSize * channels), 1)
        return try ArrayPlan(
            dataType, rowShape: channels == 1 ? [] : [channels], chunkRows: rows, chunksPerShard: 64,
            compression: [.blosc(.zstd, level: 3, shuffle: .bits, itemSize: dataType.itemSize)])
    }

    /// Bytes of no structure that are read as a whole.
    static func bytes() throws(ZarrError) -> ArrayPlan {
        try ArrayPlan(.uint8, chunkRows: 1 << 20, compression: [.zstd(level: 3)])
    }
}
