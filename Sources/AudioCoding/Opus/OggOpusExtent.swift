import Support

/// The header and the length of an Ogg Opus stream, read from its first and its last bytes alone.
public struct OggOpusExtent: Sendable, Equatable {
    /// The first packet of audio must end within this many bytes. The comments before it may hold pictures.
    private static let headLimit = 32 << 20
    /// An intact page must begin within this many bytes of the end.
    private static let tailLimit = 4 << 20
    private static let pieceByteCount = 64 << 10

    /// The stream's identification header.
    public let head: OpusHead
    /// Samples of one channel at 48 kHz that are to be played: those between the pre-skip and what is trimmed from the end.
    /// RFC 7845, section 4.
    public let sampleCount: UInt64

    /// Reads the pages at both ends of `stream`. Throws if it is not a single Ogg Opus stream with audio.
    public init(of stream: CodedStream) throws(AudioCodingError) {
        let scanner = try Self.scanHead(of: stream)
        guard let head = scanner.head, let serial = scanner.serial, let startGranule = scanner.startGranule else {
            throw AudioCodingError(.opus, "the stream has no packet of sound")
        }
        self.head = head
        let endGranule = try Self.lastGranule(of: stream, serial: serial)
        let sampleCount = endGranule.subtracting(startGranule)?.subtracting(Int64(head.preSkip)) ?? 0
        self.sampleCount = UInt64(max(sampleCount, 0))
    }

    /// A scanner that has read up to the first packet of audio.
    private static func scanHead(of stream: CodedStream) throws(AudioCodingError) -> OggPacketScanner {
        var scanner = OggPacketScanner()
        var packets: [OggPacket] = []
        var offset: UInt64 = 0
        while scanner.startGranule == nil, offset < min(stream.byteCount, UInt64(headLimit)) {
            let bytes = try stream.bytes(from: offset, atMost: pieceByteCount, of: .opus)
            offset += UInt64(bytes.count)
            try scanner.take(bytes, &packets)
        }
        if scanner.startGranule == nil { _ = try scanner.finish() }
        return scanner
    }

    /// The granule position of the last page that has one.
    private static func lastGranule(of stream: CodedStream, serial: UInt32) throws(AudioCodingError) -> Int64 {
        var byteCount = 2 * OggPage.byteCountLimit
        while true {
            let tail = try stream.tail(atMost: byteCount, of: .opus)
            let tailOffset = stream.byteCount - UInt64(tail.count)
            var pages = OggPageScanner(offset: tailOffset)
            pages.append(tail)
            var last: Int64?
            while let found = pages.next(isAtEnd: true) {
                if found.offset > 0 {
                    try OggPacketAssembler.check(
                        found.page, belongsTo: serial, hasAudio: true, at: found.offset, of: .opus)
                }
                last = found.page.granulePosition ?? last
            }
            if let last { return last }
            guard byteCount < tailLimit, tailOffset > 0 else {
                throw AudioCodingError(.opus, "the stream does not end with an Ogg page", at: tailOffset)
            }
            byteCount *= 4
        }
    }
}
