import Support

/// A file in a ZIP archive, as the archive's central directory describes it. See APPNOTE.TXT, section 4.3.12.
struct ZipMember: Sendable {
    /// Where its name is among the names of all members.
    let name: Range<Int>
    /// Whether its bytes are a stream of RFC 1951; else they are as they are.
    let isDeflated: Bool
    /// Why it cannot be read, for people; nil if it can.
    let problem: String?
    /// Where its local header begins in the archive.
    let headerOffset: UInt64
    /// Bytes that it takes up in the archive, without its header.
    let storedByteCount: UInt64
    /// Bytes of the file.
    let byteCount: UInt64
    /// The CRC-32 of the file.
    let checksum: UInt32

    /// Whether `storedByteCount` bytes of RFC 1951 can become `byteCount`: two bits stand for 258 bytes at best.
    static func canInflate(_ storedByteCount: UInt64, to byteCount: UInt64) -> Bool {
        storedByteCount.multiplied(by: 1032).map { byteCount <= $0 } ?? true
    }
}
