import Support

/// The tags before and behind the frames of an MP3 file: ID3v2, ID3v1, APE and Lyrics3 in any number and order.
enum MP3Tags {
    /// More than any file has; what follows them is searched for frames.
    private static let countLimit = 64
    private static let id3v1ByteCount = 128
    private static let extendedID3v1ByteCount = 227
    private static let apeFooterByteCount = 32
    /// Bytes at the front of a tag that tell what it is and how long.
    static let headByteCount = apeFooterByteCount

    /// Where the ID3v2 tags end that `stream` begins with. libavformat passes over no others there.
    static func endOfLeading(_ stream: CodedStream) throws(AudioCodingError) -> UInt64 {
        var offset: UInt64 = 0
        for _ in 0..<countLimit {
            let head = try stream.bytes(from: offset, atMost: ID3v2.headerByteCount, of: .mp3)
            guard let byteCount = ID3v2.byteCount(of: head), let end = offset.adding(UInt64(byteCount)),
                end <= stream.byteCount
            else { break }
            offset = end
        }
        return offset
    }

    /// Where the tags begin that `stream` ends with, at or after `start`.
    static func startOfTrailing(_ stream: CodedStream, after start: UInt64) throws(AudioCodingError) -> UInt64 {
        var end = stream.byteCount
        for _ in 0..<countLimit {
            guard let byteCount = try trailing(stream, endingAt: end), byteCount > 0,
                let tagStart = end.subtracting(byteCount), tagStart >= start
            else { break }
            end = tagStart
        }
        return max(end, start)
    }

    /// How many bytes the tag has that begins with `bytes`, as far as a tag among frames says so itself.
    static func byteCount(of bytes: ArraySlice<UInt8>) -> Int? {
        if let byteCount = ID3v2.byteCount(of: bytes) { return byteCount }
        if bytes.starts(with: "TAG".utf8) { return id3v1ByteCount }
        guard let tag = APETag(bytes.prefix(apeFooterByteCount)), tag.isHeader else { return nil }
        return tag.contentByteCount + apeFooterByteCount
    }

    /// How many bytes the tag has that ends at `end`.
    private static func trailing(_ stream: CodedStream, endingAt end: UInt64) throws(AudioCodingError) -> UInt64? {
        let windowStart = end - min(end, UInt64(lyricsByteCountLimit))
        let window = try stream.bytes(from: windowStart, atMost: Int(end - windowStart), of: .mp3)
        if window.suffix(id3v1ByteCount).starts(with: "TAG".utf8), window.count >= id3v1ByteCount {
            let before = window.dropLast(id3v1ByteCount).suffix(extendedID3v1ByteCount)
            let isExtended = before.count == extendedID3v1ByteCount && before.starts(with: "TAG+".utf8)
            return UInt64(id3v1ByteCount + (isExtended ? extendedID3v1ByteCount : 0))
        }
        if let tag = APETag(window.suffix(apeFooterByteCount)), !tag.isHeader {
            return UInt64(tag.contentByteCount + (tag.hasHeader ? apeFooterByteCount : 0))
        }
        if let byteCount = ID3v2.byteCount(ofFooter: window.suffix(ID3v2.headerByteCount)) { return UInt64(byteCount) }
        return try lyrics(window, stream, endingAt: end)
    }

    // MARK: - APE

    /// What the header or footer of an APE tag says.
    private struct APETag {
        /// Bytes of the items and the footer.
        let contentByteCount: Int
        let hasHeader: Bool
        let isHeader: Bool

        init?(_ bytes: ArraySlice<UInt8>) {
            var reader = ByteReader(bytes)
            guard reader.read(8)?.elementsEqual("APETAGEX".utf8) == true,
                let version = reader.readLittleEndian(UInt32.self),
                let contentByteCount = reader.readLittleEndian(UInt32.self), reader.skip(4),
                let flags = reader.readLittleEndian(UInt32.self), contentByteCount >= UInt32(apeFooterByteCount)
            else { return nil }
            self.contentByteCount = Int(contentByteCount)
            // Version 1 has no header, and no flags.
            hasHeader = version >= 2000 && flags >> 31 == 1
            isHeader = version >= 2000 && flags >> 29 & 1 == 1
        }
    }

    // MARK: - Lyrics3

    /// Bytes that the first version's tag does not exceed.
    private static let lyricsByteCountLimit = 5100 + 20

    private static func lyrics(
        _ window: [UInt8], _ stream: CodedStream, endingAt end: UInt64
    ) throws(AudioCodingError) -> UInt64? {
        let beginning = Array("LYRICSBEGIN".utf8)
        if window.suffix(9).elementsEqual("LYRICSEND".utf8) {
            let last = window.indices.last { window[$0...].starts(with: beginning) }
            return last.map { UInt64(window.count - $0) }
        }
        guard window.suffix(9).elementsEqual("LYRICS200".utf8),
            let size = UInt64(String(decoding: window.dropLast(9).suffix(6), as: UTF8.self)),
            let byteCount = size.adding(15), let start = end.subtracting(byteCount),
            try stream.bytes(from: start, atMost: beginning.count, of: .mp3) == beginning
        else { return nil }
        return byteCount
    }
}

extension ID3v2 {
    /// How many bytes the tag takes that ends with the footer `bytes`, or nil if they are none (ID3v2.4 structure, section 3.4).
    static func byteCount(ofFooter bytes: some Collection<UInt8>) -> Int? {
        guard bytes.starts(with: "3DI".utf8) else { return nil }
        return byteCount(of: Array("ID3".utf8) + bytes.dropFirst(3))
    }
}
