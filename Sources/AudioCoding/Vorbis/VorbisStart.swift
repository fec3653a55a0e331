/// How an Ogg Vorbis stream begins: all that is needed to join it at any of its pages.
public struct VorbisStart: Sendable {
    /// Bytes that are read at first, enough for most headers, and at most: comments may be as long as they like.
    private static let pieceByteCount = 8 << 10, pieceByteCountLimit = 1 << 20

    /// What its headers say.
    public let headers: VorbisHeaders
    /// The number of the logical stream.
    let serial: UInt32
    /// The page on which the first packet of sound begins.
    let offset: UInt64
    /// The granule position of sample 0; nil if the first page of sound does not say.
    let granule: Int64?

    /// Reads the front of `stream`, up to the first packet of sound. Throws if it is not an Ogg Vorbis stream, or has no sound.
    public init(of stream: CodedStream) throws(AudioCodingError) {
        var scanner = VorbisPacketScanner()
        var packets: [OggPacket] = []
        var offset: UInt64 = 0
        var byteCount = Self.pieceByteCount
        while packets.isEmpty, offset < stream.byteCount {
            let bytes = try stream.bytes(from: offset, atMost: byteCount, of: .vorbis)
            offset += UInt64(bytes.count)
            byteCount = min(2 * byteCount, Self.pieceByteCountLimit)
            packets = try scanner.take(bytes)
        }
        if packets.isEmpty { packets = try scanner.finish() }
        guard let headers = scanner.headers, let serial = scanner.serial, let first = packets.first else {
            throw AudioCodingError(.vorbis, "the stream has no packet of sound")
        }
        self.headers = headers
        self.serial = serial
        self.offset = first.pages.lowerBound
        granule = scanner.startGranule
    }
}
