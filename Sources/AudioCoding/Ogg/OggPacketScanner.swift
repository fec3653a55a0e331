import Support

/// Finds the packets of an Ogg Opus stream that is handed to it piece by piece. RFC 3533 and RFC 7845.
///
/// Samples are counted from packet to packet. Where pages are missing or damaged, and where the granule position jumps ahead,
/// there is a hole: the packets of the first page behind it are placed by where its granule position says that they end.
/// On the last page, whose end may be trimmed, that cannot be known: its packets are left out then.
public struct OggPacketScanner {
    /// A packet whose samples are not known yet.
    private struct Unplaced {
        /// Its bytes; not all of them where it is too long to be one.
        var pieces: [Range<UInt64>] = []
        /// Its first bytes, enough to tell what it is.
        var prefix: [UInt8] = []
        var isTooLong = false

        /// How many samples it decodes to; nil where it is not a valid packet.
        var sampleCount: Int? { isTooLong ? nil : OpusPacket.sampleCount(of: prefix) }
        var isTags: Bool { prefix.elementsEqual("OpusTags".utf8) }

        mutating func append(_ piece: Range<UInt64>, limit: Int) {
            isTooLong = isTooLong || pieces.reduce(piece.count) { $0 + $1.count } > limit
            if !isTooLong { pieces.append(piece) }
        }
    }

    /// Bytes that no packet takes for each of the streams coded in it. RFC 7845, section 6.
    private static let packetByteCountLimit = 61_440

    /// Bytes taken in at a time.
    private static let pieceByteCount = 64 << 10

    /// The stream's identification header, as soon as it has been seen.
    public private(set) var head: OpusHead?
    /// The granule position at which the first packet's samples begin, as soon as its page has been seen.
    public private(set) var startGranule: Int64?
    /// The number of the logical stream, as soon as its first page has been seen.
    public private(set) var serial: UInt32?

    private var pages = OggPageScanner(offset: 0)
    private var nextSequence: UInt32 = 0
    private var hasEnded = false
    /// A packet that began on the page before.
    private var pending: Unplaced?
    /// Where the last packet's samples end.
    private var endSample: UInt64 = 0
    private var isAfterHole = false

    /// A scanner for a stream from its first byte on.
    public init() {}

    /// How many bytes were left out so far as they belong to no intact page.
    public var skippedByteCount: UInt64 { pages.skippedByteCount }

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
        pages.append(piece)
        while let found = pages.next(isAtEnd: false) {
            packets += try take(found)
        }
    }

    /// Says that the stream ends here and returns the packets left.
    public mutating func finish() throws(AudioCodingError) -> [OggPacket] {
        var packets: [OggPacket] = []
        while let found = pages.next(isAtEnd: true) {
            packets += try take(found)
        }
        guard head != nil else { throw AudioCodingError(.opus, "the stream has no Ogg page") }
        return packets
    }

    private mutating func take(_ found: OggPageScanner.Found) throws(AudioCodingError) -> [OggPacket] {
        let page = found.page
        guard let serial else {
            try takeFirst(found)
            return []
        }
        try Self.check(page, belongsTo: serial, hasAudio: startGranule != nil, at: found.offset)
        guard !hasEnded else { return [] }
        hasEnded = page.isLast
        if page.sequence != nextSequence || page.isContinued != (pending != nil) {
            pending = nil
            isAfterHole = true
        }
        nextSequence = page.sequence &+ 1
        let complete = split(found).filter { startGranule != nil || !$0.isTags }
        return complete.isEmpty ? [] : try place(complete, of: page, at: found.offset)
    }

    private mutating func takeFirst(_ found: OggPageScanner.Found) throws(AudioCodingError) {
        guard found.page.isFirst, !found.page.isLast else {
            throw AudioCodingError(.opus, "the Ogg stream does not begin with a first page", at: found.offset)
        }
        head = try OpusHead(Array(found.body))
        serial = found.page.serial
        nextSequence = found.page.sequence &+ 1
    }

    /// Throws where `page` is not one more of the logical stream `serial`.
    static func check(
        _ page: OggPage, belongsTo serial: UInt32, hasAudio: Bool, at offset: UInt64
    ) throws(AudioCodingError) {
        if page.isFirst, hasAudio {
            throw AudioCodingError(.opus, "chained Ogg streams are not supported", at: offset)
        }
        if page.isFirst || page.serial != serial {
            throw AudioCodingError(.opus, "multiplexed Ogg streams are not supported", at: offset)
        }
    }

    /// The packets that end on a page; what begins there and does not end is kept for the next.
    private mutating func split(_ found: OggPageScanner.Found) -> [Unplaced] {
        var complete: [Unplaced] = []
        var packet = pending ?? Unplaced()
        // The rest of a packet whose beginning is missing.
        var isFragment = found.page.isContinued && pending == nil
        var body = found.body
        var offset = found.offset + UInt64(found.page.headerByteCount)
        var start = offset
        let limit = Self.packetByteCountLimit * (head?.streamCount ?? 1)
        for (index, length) in found.page.lacing.enumerated() {
            let segment = body.prefix(Int(length))
            body = body.dropFirst(segment.count)
            packet.prefix += segment.prefix(8 - packet.prefix.count)
            offset += UInt64(length)
            guard length < 255 || index == found.page.lacing.count - 1 else { continue }
            packet.append(start..<offset, limit: limit)
            start = offset
            guard length < 255 else { break }
            if !isFragment { complete.append(packet) }
            isFragment = false
            packet = Unplaced()
        }
        pending = found.page.lacing.last == 255 && !isFragment ? packet : nil
        return complete
    }

    /// Says which samples the packets that end on `page` decode to.
    private mutating func place(
        _ packets: [Unplaced], of page: OggPage, at offset: UInt64
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

    private mutating func append(_ packet: Unplaced) -> [OggPacket] {
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
