/// The ID3v2 tag that some writers put before a FLAC or ADTS stream (ID3v2.4 structure, section 3.1).
public enum ID3v2 {
    /// Bytes of the tag's header.
    static let headerByteCount = 10

    /// Bytes of the tag that begins with `bytes`, header and footer included; nil if they are not the start of a tag.
    static func byteCount(of bytes: some Collection<UInt8>) -> Int? {
        let header = Array(bytes.prefix(headerByteCount))
        guard header.count == headerByteCount, header.starts(with: "ID3".utf8) else { return nil }
        let size = header[6...9]
        guard size.allSatisfy({ $0 < 0x80 }) else { return nil }
        let hasFooter = header[5] & 0x10 != 0
        return size.reduce(0) { $0 << 7 | Int($1) } + headerByteCount * (hasFooter ? 2 : 1)
    }

    /// The offset in `stream` of the first byte behind the tags at its start; 0 if there are none. Throws if it cannot be read.
    public static func endOffset(of stream: CodedStream) throws(AudioCodingError) -> UInt64 {
        try endOffset(of: stream, .id3)
    }

    /// The same; errors name `codec`.
    static func endOffset(of stream: CodedStream, _ codec: AudioCodingError.Codec) throws(AudioCodingError) -> UInt64 {
        var offset: UInt64 = 0
        while let tag = byteCount(of: try stream.bytes(from: offset, atMost: headerByteCount, of: codec)) {
            offset += UInt64(tag)
        }
        return offset
    }
}

extension AudioCodingError.Codec {
    fileprivate static let id3 = Self(name: "ID3")
}
