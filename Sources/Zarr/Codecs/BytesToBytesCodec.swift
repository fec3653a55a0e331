import Support

/// A codec that turns bytes into bytes: a compressor or a checksum.
protocol BytesToBytesCodec: Sendable {
    /// Its name in documents.
    static var name: String { get }

    /// How many bytes it makes of `decoded` bytes. What is more than this is taken to be damaged.
    func encodedSize(of decoded: ByteCount) -> ByteCount

    /// How many bytes `encoded` decodes to at most, as far as it says so without being decoded.
    func decodedLimit(of encoded: UnsafeRawBufferPointer) -> Int?

    /// Decodes `encoded` into `buffer` and returns how many bytes that were. Never writes past the buffer: what does not fit
    /// is an error.
    func decode(
        _ encoded: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CodecError) -> Int
}

extension BytesToBytesCodec {
    /// What a compressor may make of bytes that cannot be compressed, generously: many small frames or members, each with
    /// its header, are legal.
    func encodedSize(of decoded: ByteCount) -> ByteCount {
        let limit = decoded.limit.multiplied(by: 2)?.adding(1 << 20) ?? .max
        return .atMost(min(limit, CodecChain.maximumEncodedSize))
    }

    func decodedLimit(of encoded: UnsafeRawBufferPointer) -> Int? { nil }

    /// The error of this codec.
    func failure(_ problem: String) -> CodecError { CodecError(Self.name, problem) }
}
