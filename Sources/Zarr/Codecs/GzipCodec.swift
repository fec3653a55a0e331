import CZlib

/// The codec `gzip` (RFC 1952): one member or several.
struct GzipCodec: BytesToBytesCodec {
    static let name = "gzip"

    func decode(
        _ encoded: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CodecError) -> Int {
        guard let input = UInt32(exactly: encoded.count), let output = UInt32(exactly: buffer.count) else {
            throw failure("4 GiB or more")
        }
        var stream = z_stream()
        // 16 + 15: a gzip header is expected, and any size of window is allowed.
        guard inflateInit2_(&stream, 16 + 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw failure("out of memory")
        }
        defer { inflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: encoded.assumingMemoryBound(to: UInt8.self).baseAddress)
        stream.avail_in = input
        stream.next_out = buffer.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.avail_out = output
        repeat {
            // One call decodes a whole member, since there is room for the whole output.
            switch inflate(&stream, Z_FINISH) {
            case Z_STREAM_END: break
            case Z_BUF_ERROR where stream.avail_in == 0: throw failure("ends in the middle")
            case Z_BUF_ERROR: throw failure("holds more than \(buffer.count) bytes")
            default: throw failure(stream.msg.map { String(cString: $0) } ?? "not valid")
            }
            guard inflateReset(&stream) == Z_OK else { throw failure("not valid") }
        } while stream.avail_in > 0
        return buffer.count - Int(stream.avail_out)
    }
}
