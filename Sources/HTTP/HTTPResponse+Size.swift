import Support

/// How large the whole is of which an answer has a part. See RFC 9110, section 14.4.
extension HTTPResponse {
    /// The bytes that `Content-Range` says were sent, and the size of the whole; nil if it does not.
    public var place: (bytes: Range<UInt64>, size: UInt64)? {
        guard let field = self["content-range"], field.hasPrefix("bytes "), let size = wholeSize else { return nil }
        let bounds = field.dropFirst(6).prefix { $0 != "/" }.split(separator: "-").map { UInt64($0) }
        guard bounds.count == 2, let first = bounds[0], let last = bounds[1], let end = last.adding(1), first < end,
            end <= size
        else { return nil }
        return (first..<end, size)
    }

    /// The size of the whole that `Content-Range` has.
    public var wholeSize: UInt64? {
        self["content-range"].flatMap { $0.split(separator: "/").last }.flatMap { UInt64($0) }
    }

    /// The size of the whole, if this answers a request for its first byte; nil if it does not say that. So the size of what has no length in
    /// the answer to `HEAD` is found, since proxies may leave out the length of a body that they do not send.
    public var sizeByFirstByte: UInt64? {
        switch status {
        case 206: place.flatMap { $0.bytes == 0..<1 ? $0.size : nil }
        // Something empty has no first byte.
        case 416: wholeSize == 0 ? 0 : nil
        // The whole, which is no longer. Without a length it may have been cut.
        case 200: self["content-length"] == String(body.count) ? UInt64(body.count) : nil
        default: nil
        }
    }
}
