import CZstd

extension ZstdCodec {
    /// Encodes `bytes` as one frame, compressed at `level`.
    func encode(_ bytes: [UInt8], level: Int) throws(CodecError) -> [UInt8] {
        var count = 0
        let encoded = [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(bytes.count)) { buffer, initialized in
            count = ZSTD_compress(buffer.baseAddress, buffer.count, bytes, bytes.count, Int32(clamping: level))
            initialized = ZSTD_isError(count) == 0 ? count : 0
        }
        guard ZSTD_isError(count) == 0 else { throw failure(String(cString: ZSTD_getErrorName(count))) }
        return encoded
    }
}
