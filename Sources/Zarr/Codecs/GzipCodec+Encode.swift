import CZlib

extension GzipCodec {
    /// Encodes `bytes` as one member, compressed at `level`. The header has no time, so equal bytes are encoded equally.
    func encode(_ bytes: [UInt8], level: Int) throws(CodecError) -> [UInt8] {
        guard let input = UInt32(exactly: bytes.count) else { throw failure("4 GiB or more") }
        var stream = z_stream()
        // 16 + 15: with a gzip header and the largest window.
        let state = deflateInit2_(
            &stream, Int32(clamping: level), Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard state == Z_OK else { throw failure("out of memory") }
        defer { deflateEnd(&stream) }
        guard let bound = UInt32(exactly: deflateBound(&stream, UInt(bytes.count))) else {
            throw failure("4 GiB or more")
        }
        var isWhole = false
        let encoded = [UInt8](unsafeUninitializedCapacity: Int(bound)) { buffer, initialized in
            bytes.withUnsafeBufferPointer { bytes in
                stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
                stream.avail_in = input
                stream.next_out = buffer.baseAddress
                stream.avail_out = bound
                isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END
            }
            initialized = Int(bound - stream.avail_out)
        }
        guard isWhole else { throw failure("cannot be encoded") }
        return encoded
    }
}
