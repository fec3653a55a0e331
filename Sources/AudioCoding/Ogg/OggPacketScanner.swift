import Support

/// Finds the packets of an Ogg Opus stream that is handed to it piece by piece. RFC 3533 and RFC 7845.
///
/// Samples are counted from packet to packet. Where pages are missing or damaged, and where the granule position jumps ahead,
/// there is a hole: the packets of the first page behind it are placed by where its granule position says that they end.
/// On the last page, whose end may be trimmed, that cannot be known: its packets are left out then.
public struct OggPacketScanner {
    /// Bytes that no packet takes for each of the streams coded in it. RFC 7845, section 6.
    private static let packetByteCountLimit = 61_440

    /// Bytes taken in at a time.
    private static let pieceByteCount = 64 << 10

    /// The stream's identification header, as soon as it has been seen.
    public private(set) var head: OpusHead?
    /// The granule position at which the first packet's samples begin, as soon as its page has been seen.
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

    /// Takes in the next bytes of the stream and returns the packets that are complete by now.
    ///
    /// Throws where the stream is not one Opus stream: chained, multiplexed, or of an unsupported kind.
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

    /// Takes in `piece` and adds the packets that are complete by then to `packets`.
    mutating func take(
        _ piece: some Collection<UInt8>, _ packets: inout [OggPacket]
    ) throws(AudioCodingError) {
        assembler.append(piece)
        while let page = try assembler.next(isAtEnd: false) {
            packets += try take(page)
        }
    }

    /// Says that the stream ends here and returns the packets left.
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

    /// Says which samples the packets that end on `page` decode to.
    private mutating func place(
        _ packets: [OggPacketAssembler.Packet], of page: OggPage, at offset: UInt64
    ) throws(AudioCodingError) -> [OggPacket] {
        let pageEnd = try end(of: page, sampleCount: packets.reduce(0) { $0 + ($1.sampleCount ?? 0) }, at: offset)
        var placed: [OggPacket] = []

        // What follows the last packet without a hole is placed by counting.
        var counted = isAfterHole ? packets[..<0] : packets.prefix { $0.sampleCount != nil }
        let countedEnd = counted.reduce(endSample) { $0 + UInt64($1.sampleCount ?? 0) }
        if !page.isLast, counted.count == packets.count, let pageEnd, pageEnd > countedEnd {
            counted = packets[..<0]
        }
        for packet in counted {
            placed += append(packet)
        }
        guard counted.count < packets.count else { return placed }

        // What follows a hole is placed by counting back from the page's end.
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

    /// The sample at which `page` says that it ends, nil where it does not say so.
    private mutating func end(
        of page: OggPage, sampleCount: Int, at offset: UInt64
    ) throws(AudioCodingError) -> UInt64? {
        guard let granule = page.granulePosition, granule >= 0 else { return nil }
        if startGranule == nil {
            // RFC 7845, section 4.5: only the page that is first and last may promise less than it has.
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
                firstPiece: firstPiece, laterPieces: Array(packet.pieces.dropFirst()), firstSample: endSample,
                sampleCount: sampleCount, followsHole: isAfterHole)
        ]
    }
}

extension OggPacketAssembler.Packet {
    /// How many samples it decodes to; nil if it is not a valid packet of Opus.
    fileprivate var sampleCount: Int? { isTooLong ? nil : OpusPacket.sampleCount(of: prefix) }
    fileprivate var isTags: Bool { prefix.elementsEqual("OpusTags".utf8) }
}
