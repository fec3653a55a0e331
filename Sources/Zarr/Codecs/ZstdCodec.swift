import CZstd

/// The codec `zstd` (RFC 8878): one frame or several.
struct ZstdCodec: BytesToBytesCodec {
    static let name = "zstd"

    func decodedLimit(of encoded: UnsafeRawBufferPointer) -> Int? {
        // What one frame announces says nothing about others behind it.
        guard ZSTD_findFrameCompressedSize(encoded.baseAddress, encoded.count) == encoded.count else { return nil }
        let count = ZSTD_getFrameContentSize(encoded.baseAddress, encoded.count)
        return count < UInt64(Int.max) ? Int(count) : nil
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CodecError) -> Int {
        let count = ZSTD_decompress(buffer.baseAddress, buffer.count, encoded.baseAddress, encoded.count)
        guard ZSTD_isError(count) == 0 else { throw failure(String(cString: ZSTD_getErrorName(count))) }
        return count
    }
}
