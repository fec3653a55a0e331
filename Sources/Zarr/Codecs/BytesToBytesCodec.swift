import Support

/// A codec that turns bytes into bytes: a compressor or a checksum.
protocol BytesToBytesCodec: Sendable {
    /// Its name in documents.
    static var name: String { get }

    /// How many bytes it encodes `decoded` bytes to. A chunk of more bytes is damaged.
    func encodedSize(of decoded: ByteCount) -> ByteCount

    /// How many bytes `encoded` says that it decodes to; nil if it does not say.
    func decodedLimit(of encoded: UnsafeRawBufferPointer) -> Int?

    /// Decodes `encoded` into `buffer` and returns how many bytes that were. Never writes past the buffer: what does not fit
    /// is an error.
    func decode(
        _ encoded: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CodecError) -> Int
}

extension BytesToBytesCodec {
    /// A generous bound for bytes that cannot be compressed: many small frames or members, each with its header, are allowed.
    func encodedSize(of decoded: ByteCount) -> ByteCount {
        let limit = decoded.limit.multiplied(by: 2)?.adding(1 << 20) ?? .max
        return .atMost(min(limit, CodecChain.maximumEncodedSize))
    }

    func decodedLimit(of encoded: UnsafeRawBufferPointer) -> Int? { nil }

    /// An error of this codec.
    func failure(_ problem: String) -> CodecError { CodecError(Self.name, problem) }
}
