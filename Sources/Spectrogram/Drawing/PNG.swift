/// Pictures in Portable Network Graphics (W3C, "PNG Specification", third edition) with a table of 256 colours.
///
/// The pixels are stored without compression (RFC 1951, section 3.2.4), so that the size follows from that of the picture, and the
/// bytes from its pixels, whatever library is there.
enum PNG {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// Bytes of a chunk beside its contents.
    private static let chunkByteCount = 12
    /// The most bytes that a block of uncompressed data can have, and those before them.
    private static let blockByteCount = 0xFFFF, blockHeadByteCount = 5

    /// Bytes of a picture of that size, in pixels.
    static func byteCount(width: Int, height: Int) -> Int {
        let rows = (width + 1) * height
        let blocks = (rows + blockByteCount - 1) / blockByteCount
        let data = 2 + rows + blocks * blockHeadByteCount + 4
        return signature.count + (chunkByteCount + 13) + (chunkByteCount + 3 * 256) + (chunkByteCount + data)
            + chunkByteCount
    }

    /// The picture on `canvas` with the 256 colours of `table`, as 0xRRGGBB.
    static func bytes(of canvas: Canvas, colours table: [UInt32]) -> [UInt8] {
        var bytes = signature
        bytes.reserveCapacity(byteCount(width: canvas.width, height: canvas.height))
        // Eight bits a pixel, each the number of a colour; no interlacing.
        let header = bigEndian(UInt32(canvas.width)) + bigEndian(UInt32(canvas.height)) + [8, 3, 0, 0, 0]
        append("IHDR", header, to: &bytes)
        append("PLTE", table.flatMap { bigEndian($0).dropFirst() }, to: &bytes)
        append("IDAT", stored(filtered(canvas)), to: &bytes)
        append("IEND", [], to: &bytes)
        return bytes
    }

    /// The lines of `canvas`, each after the number of its filter: 0, none.
    private static func filtered(_ canvas: Canvas) -> [UInt8] {
        var rows: [UInt8] = []
        rows.reserveCapacity((canvas.width + 1) * canvas.height)
        for start in stride(from: 0, to: canvas.pixels.count, by: canvas.width) {
            rows.append(0)
            rows += canvas.pixels[start..<start + canvas.width]
        }
        return rows
    }

    /// `bytes` as a stream of zlib (RFC 1950) that is not compressed.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: bytes.count, by: blockByteCount) {
            let block = bytes[start..<min(start + blockByteCount, bytes.count)]
            let count = UInt16(block.count)
            stream.append(block.endIndex == bytes.count ? 1 : 0)
            for number in [count, ~count] { stream += [UInt8(number & 0xFF), UInt8(number >> 8)] }
            stream += block
        }
        return stream + bigEndian(adler32(bytes))
    }

    private static func append(_ type: String, _ contents: [UInt8], to bytes: inout [UInt8]) {
        let named = Array(type.utf8) + contents
        bytes += bigEndian(UInt32(contents.count))
        bytes += named
        bytes += bigEndian(crc32(named))
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    // MARK: - Checksums

    /// See RFC 1950, section 9.
    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        // So many bytes can be added before 32 bits overflow.
        for start in stride(from: 0, to: bytes.count, by: 5552) {
            for byte in bytes[start..<min(start + 5552, bytes.count)] {
                low &+= UInt32(byte)
                high &+= low
            }
            low %= 65_521
            high %= 65_521
        }
        return high << 16 | low
    }

    /// See the PNG specification, annex D.
    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var register = UInt32.max
        for byte in bytes { register = crcTable[Int((register ^ UInt32(byte)) & 0xFF)] ^ register >> 8 }
        return ~register
    }

    private static let crcTable: [UInt32] = (UInt32(0)..<256).map { byte in
        (0..<8).reduce(byte) { register, _ in register & 1 == 1 ? 0xEDB8_8320 ^ register >> 1 : register >> 1 }
    }
}
