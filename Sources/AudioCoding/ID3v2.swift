/// The ID3v2 tag that some writers put before a FLAC or ADTS stream (ID3v2.4 structure, section 3.1).
enum ID3v2 {
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
}
