import Support

/// The codec `crc32c`: the bytes as they are, followed by their CRC-32C (RFC 3720, appendix B.4) as four bytes, little-endian.
struct Crc32cCodec: BytesToBytesCodec {
    static let name = "crc32c"

    /// Bytes that the checksum adds.
    static let checksumSize = 4

    func encodedSize(of decoded: ByteCount) -> ByteCount {
        switch decoded {
        case .exactly(let count): .exactly(count.adding(Self.checksumSize) ?? .max)
        case .atMost(let count): .atMost(count.adding(Self.checksumSize) ?? .max)
        }
    }

    func decodedLimit(of encoded: UnsafeRawBufferPointer) -> Int? {
        max(encoded.count - Self.checksumSize, 0)
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CodecError) -> Int {
        let count = encoded.count - Self.checksumSize
        guard count >= 0 else { throw failure("\(encoded.count) bytes are too few for a checksum") }
        guard count <= buffer.count else { throw failure("holds \(count) bytes, more than \(buffer.count)") }
        let decoded = UnsafeRawBufferPointer(rebasing: encoded.prefix(count))
        let expected = UInt32(littleEndian: encoded.loadUnaligned(fromByteOffset: count, as: UInt32.self))
        guard CRC32C.checksum(of: decoded) == expected else { throw failure("the checksum does not match") }
        buffer.copyMemory(from: decoded)
        return count
    }
}
