import Support

/// The contents of those APPLICATION blocks of a FLAC stream that belong to one application. RFC 9639, section 8.4.
public struct FLACApplicationBlocks {
    /// The most metadata blocks that are followed; no stream has so many.
    private static let blockLimit = 1024
    /// The type of an APPLICATION block.
    private static let type: UInt8 = 2

    /// The contents of the blocks, without the application's identifier, in the stream's order. Longer ones than the limit are cut.
    public private(set) var contents: [[UInt8]] = []

    /// Reads the blocks of the application `identifier`, which has four characters, from `stream`. Of each, at most `limit` bytes are
    /// read.
    public init(_ identifier: String, of stream: CodedStream, limit: Int) throws(AudioCodingError) {
        var offset = try ID3v2.endOffset(of: stream, .flac)
        guard try stream.bytes(from: offset, atMost: 4, of: .flac).elementsEqual("fLaC".utf8) else { return }
        offset += 4
        for _ in 0..<Self.blockLimit {
            var reader = ByteReader(try stream.bytes(from: offset, atMost: 8, of: .flac))
            guard let header = reader.readBigEndian(UInt32.self) else { return }
            let byteCount = Int(header & 0xFF_FFFF)
            if UInt8(header >> 24 & 0x7F) == Self.type, reader.read(4)?.elementsEqual(identifier.utf8) == true {
                contents.append(
                    try stream.bytes(from: offset + 8, atMost: min(max(byteCount - 4, 0), limit), of: .flac))
            }
            guard header >> 31 == 0, offset < stream.byteCount else { return }
            offset += 4 + UInt64(byteCount)
        }
    }
}
