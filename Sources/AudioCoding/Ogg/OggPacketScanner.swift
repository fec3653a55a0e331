import Support

/// Finds the packets of an Ogg Opus stream that is handed to it piece by piece. RFC 3533 and RFC 7845.
///
/// Samples are counted from packet to packet. If pages are missing or damaged, or if the granule position jumps ahead, there is
/// a hole: the packets of the first page behind it are placed by the page's granule position, at which the last of them ends.
/// If that is the stream's last page, which may be trimmed, its granule position does not say that: its packets are left out.
public struct OggPacketScanner {
    /// Bytes that no packet takes for each of the streams coded in it. RFC 7845, section 6.
    private static let packetByteCountLimit = 61_440

    /// Bytes that are scanned at a time.
    private static let pieceByteCount = 64 << 10

    /// The stream's identification header; nil until its page has been scanned.
    public private(set) var head: OpusHead?
    /// The granule position at which the first packet's samples begin; nil until that packet's page has been scanned.
    public private(set) var startGranule: Int64?

    private var assembler = OggPacketAssembler(
        of: .opus, prefixByteCount: 8, packetByteCountLimit: Self.packetByteCountLimit)
    /// Where the last packet's samples end.
    private var endSample: UInt64 = 0
    private var isAfterHole = false

    /// A scanner for a stream from its first byte on.
    public init() {}

    /// The number of the logical stream, as soon as its first page has been seen.
    public var serial: UInt32? { assembler.serial }

    /// How many bytes were left out so far as they belong to no intact page.
    public var skippedByteCount: UInt64 { assembler.skippedByteCount }

    /// Scans the next bytes of the stream and returns the packets that they complete.
    ///
    /// Throws if the stream is not a single Opus stream, but chained, multiplexed or of an unsupported kind.
    public mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(AudioCodingError) -> [OggPacket] {
        var packets: [OggPacket] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Self.pieceByteCount)
            rest = rest.dropFirst(piece.count)
            try take(piece, &packets)
        }
        return packets
    }

    /// Scans `piece`, the next bytes of the stream, and appends the packets that it completes to `packets`.
    mutating func take(
        _ piece: some Collection<UInt8>, _ packets: inout [OggPacket]
    ) throws(AudioCodingError) {
        assembler.append(piece)
        while let page = try assembler.next(isAtEnd: false) {
            packets += try take(page)
        }
    }

    /// Ends the stream and returns the packets that are left.
    public mutating func finish() throws(AudioCodingError) -> [OggPacket] {
        var packets: [OggPacket] = []
        while let page = try assembler.next(isAtEnd: true) {
            packets += try take(page)
        }
        guard head != nil else { throw AudioCodingError(.opus, "the stream has no Ogg page") }
        return packets
    }

    private mutating func take(_ complete: OggPacketAssembler.CompletePage) throws(AudioCodingError) -> [OggPacket] {
        guard head != nil else {
            let head = try OpusHead(Array(complete.body))
            assembler.packetByteCountLimit = Self.packetByteCountLimit * head.streamCount
            self.head = head
            return []
        }
        isAfterHole = isAfterHole || complete.followsHole
        let packets = complete.packets.filter { startGranule != nil || !$0.isTags }
        guard !packets.isEmpty else { return [] }
        defer { assembler.hasAudio = startGranule != nil }
        return try place(packets, of: complete.page, at: complete.offset)
    }

    /// Places the packets that end on `page` among the stream's samples.
    private mutating func place(
        _ packets: [OggPacketAssembler.Packet], of page: OggPage, at offset: UInt64
    ) throws(AudioCodingError) -> [OggPacket] {
        let pageEnd = try end(of: page, sampleCount: packets.reduce(0) { $0 + ($1.sampleCount ?? 0) }, at: offset)
        var placed: [OggPacket] = []

        // Packets that follow the last one without a hole are placed by counting on.
        var counted = isAfterHole ? packets[..<0] : packets.prefix { $0.sampleCount != nil }
        let countedEnd = counted.reduce(endSample) { $0 + UInt64($1.sampleCount ?? 0) }
        if !page.isLast, counted.count == packets.count, let pageEnd, pageEnd > countedEnd {
            counted = packets[..<0]
        }
        for packet in counted {
            placed += append(packet)
        }
        guard counted.count < packets.count else { return placed }

        // Packets behind a hole are placed by counting back from the page's end.
        isAfterHole = true
        let aligned = packets[counted.endIndex...].reversed().prefix { $0.sampleCount != nil }.reversed()
        let alignedCount = aligned.reduce(UInt64(0)) { $0 + UInt64($1.sampleCount ?? 0) }
        guard !page.isLast, let start = pageEnd?.subtracting(alignedCount), start >= endSample else { return placed }
        endSample = start
        for packet in aligned {
            placed += append(packet)
        }
        return placed
    }

    /// The sample at which `page` ends, by its granule position; nil if it does not say.
    private mutating func end(
        of page: OggPage, sampleCount: Int, at offset: UInt64
    ) throws(AudioCodingError) -> UInt64? {
        guard let granule = page.granulePosition, granule >= 0 else { return nil }
        if startGranule == nil {
            // RFC 7845, section 4.5: only a page that is both the first and the last may claim fewer samples than it has.
            guard granule >= sampleCount || page.isLast else {
                throw AudioCodingError(.opus, "the first page ends before its own samples", at: offset)
            }
            startGranule = max(0, granule - Int64(sampleCount))
        }
        return startGranule.flatMap { granule.subtracting($0) }.flatMap { UInt64(exactly: $0) }
    }

    private mutating func append(_ packet: OggPacketAssembler.Packet) -> [OggPacket] {
        guard let sampleCount = packet.sampleCount, let firstPiece = packet.pieces.first else { return [] }
        defer {
            endSample += UInt64(sampleCount)
            isAfterHole = false
        }
        return [
            OggPacket(
                firstPiece: firstPiece, laterPieces: Array(packet.pieces.dropFirst()), pages: packet.pages,
                firstSample: endSample, sampleCount: sampleCount, followsHole: isAfterHole)
        ]
    }
}

extension OggPacketAssembler.Packet {
    /// How many samples it decodes to; nil if it is not a valid packet of Opus.
    fileprivate var sampleCount: Int? { isTooLong ? nil : OpusPacket.sampleCount(of: prefix) }
    fileprivate var isTags: Bool { prefix.elementsEqual("OpusTags".utf8) }
}
