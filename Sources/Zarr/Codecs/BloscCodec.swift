import CBlosc

/// The codec `blosc`: version 1 of its format, whose header says how it was encoded.
struct BloscCodec: BytesToBytesCodec {
    static let name = "blosc"

    func decodedLimit(of encoded: UnsafeRawBufferPointer) -> Int? {
        var count = 0
        return blosc_cbuffer_validate(encoded.baseAddress, encoded.count, &count) == 0 ? count : nil
    }

    func decode(
        _ encoded: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CodecError) -> Int {
        // blosc_decompress_ctx takes the length of its input from the header.
        guard let announced = decodedLimit(of: encoded) else { throw failure("header is not valid") }
        guard announced <= buffer.count else { throw failure("holds more than \(buffer.count) bytes") }
        let count = blosc_decompress_ctx(encoded.baseAddress, buffer.baseAddress, buffer.count, 1)
        guard count >= 0 else { throw failure("not valid") }
        return Int(count)
    }
}
