import Support

/// The end of an Ogg file, of whichever codec.
public enum OggEnd {
    /// Whether `stream` does not end with a page that says that it is the last of its stream (RFC 3533, section 6, header type flag
    /// 4). Then it was cut short, or whoever wrote it could not finish it.
    public static func isMissing(in stream: CodedStream) throws(AudioCodingError) -> Bool {
        let tail = try stream.tail(atMost: 2 * OggPage.byteCountLimit, of: .ogg)
        var pages = OggPageScanner(offset: stream.byteCount - UInt64(tail.count))
        pages.append(tail)
        var isLast = false
        while let found = pages.next(isAtEnd: true) { isLast = found.page.isLast }
        return !isLast
    }
}

extension AudioCodingError.Codec {
    /// Ogg, whatever is in it.
    static let ogg = Self(name: "Ogg")
}
