import CBlosc

extension BloscCodec {
    /// Encodes `bytes`, elements of `itemSize` each, compressed by `compressor` at `level` after `shuffle`.
    func encode(
        _ bytes: [UInt8], _ compressor: Compression.BloscCompressor, level: Int, _ shuffle: Compression.Shuffle,
        itemSize: Int
    ) throws(CodecError) -> [UInt8] {
        guard bytes.count <= Int(Int32.max) - Int(BLOSC_MAX_OVERHEAD) else { throw failure("2 GiB or more") }
        let order =
            switch shuffle {
            case .none: BLOSC_NOSHUFFLE
            case .bytes: BLOSC_SHUFFLE
            case .bits: BLOSC_BITSHUFFLE
            }
        var count: Int32 = 0
        let capacity = bytes.count + Int(BLOSC_MAX_OVERHEAD)
        let encoded = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
            // Block size 0 lets blosc choose one. One thread: it is chunks that are encoded in parallel, not parts of them.
            count = blosc_compress_ctx(
                Int32(clamping: level), Int32(order), itemSize, bytes.count, bytes, buffer.baseAddress, capacity,
                compressor.rawValue, 0, 1)
            initialized = Int(max(count, 0))
        }
        guard count > 0 else { throw failure("cannot be encoded with \(compressor.rawValue)") }
        return encoded
    }
}
