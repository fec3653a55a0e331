import Support

/// Finds the packets of an Ogg Vorbis stream that is handed to it piece by piece. RFC 3533; Vorbis I, appendix A.
///
/// A packet's block overlaps with the one before, so it decodes to a quarter of the samples of both; the first packet, and
/// one before which others are missing, to none. Samples are counted from packet to packet. Granule positions decide of nothing
/// but where the stream ends, as in libavformat: neither a first one that is not that of the first page's samples, nor a
/// jump, cuts anything or leaves a gap.
public struct VorbisPacketScanner {
    /// Bytes that no setup header exceeds; encoders' have some thousands.
    private static let setupByteCountLimit = 1 << 20
    /// Bytes that no packet of sound exceeds.
    private static let packetByteCountLimit = 1 << 20
    /// Bytes taken in at a time.
    private static let pieceByteCount = 64 << 10

    /// What the stream's headers say, as soon as all of them have been seen.
    public private(set) var headers: VorbisHeaders?
    /// Samples of one channel that are to be heard of those that the packets found so far decode to: all, but for the end
    /// that the last page cuts off.
    public private(set) var heardSampleCount: UInt64 = 0

    /// Whether the page that the stream calls its last has been seen.
    public private(set) var hasEnded = false
    /// The granule position of sample 0, as the first page says on which a packet ends; nil if it does not say: the stream's last
    /// page may be trimmed.
    private(set) var startGranule: Int64?

    private var assembler: OggPacketAssembler
    private var identification: [UInt8]?
    private var hasComment = false
    /// Samples in the block of the packet before; nil if there is none.
    private var previousBlockSize: Int?
    /// Where the last packet's samples end.
    private var endSample: UInt64 = 0
    private var isAfterHole = false
    /// The granule position of the last page on which a packet ended, nil if it has none; 0 before the first.
    private var lastGranule: Int64? = 0
    private var hasPages = false
    /// Whether pages disagree on the granule position of sample 0.
    private var isContradictory = false
    /// Whether pages are missing between those found so far.
    public private(set) var hasHoles = false
    /// How many packets among those of sound, not counting empty ones, are none: damage, since no encoder writes such packets.
    public private(set) var soundlessPacketCount = 0
    /// The stream that was joined; nil if this is a scan from the first byte on.
    private var joined: VorbisStart?
    /// Whether it was joined at its first page of sound.
    private var joinsFirstPage = false
    /// Whether no page of it has been found since.
    private var isJoining = false

    /// A scanner for a stream from its first byte on.
    public init() {
        assembler = OggPacketAssembler(
            of: .vorbis, prefixByteCount: Self.setupByteCountLimit + 1, packetByteCountLimit: Self.packetByteCountLimit)
    }

    /// A scanner for the stream that begins as `start` says, from the page at byte `offset` on, which is a page of sound.
    ///
    /// Sample 0 is the first one after those of the first packet that begins there, which decodes to none: `joinedSample` is its
    /// number in the stream. The end that the last page cuts off is known if a packet that begins there ends before that page.
    public init(joining start: VorbisStart, at offset: UInt64) {
        headers = start.headers
        identification = start.headers.packets.identification
        hasComment = true
        assembler = OggPacketAssembler(
            of: .vorbis, joining: start.serial, at: offset, prefixByteCount: 1,
            packetByteCountLimit: Self.packetByteCountLimit)
        joined = start
        isJoining = true
        joinsFirstPage = offset == start.offset
        hasPages = !joinsFirstPage
        lastGranule = hasPages ? nil : 0
    }

    /// The number of the logical stream, as soon as its first page has been seen.
    var serial: UInt32? { assembler.serial }

    /// How many bytes were left out so far as they belong to no intact page.
    public var skippedByteCount: UInt64 { assembler.skippedByteCount }

    /// Whether the bytes so far are pages that follow each other, and nothing else.
    public var isWhole: Bool { !hasHoles && skippedByteCount == 0 }

    /// The number in the stream of sample 0 of this scan, which has joined the stream: by the granule positions of the pages found
    /// so far. Nil if these do not say, or contradict each other.
    public var joinedSample: UInt64? {
        guard let joined, !isContradictory else { return nil }
        if joinsFirstPage { return 0 }
        guard let startGranule, let origin = joined.granule else { return nil }
        return startGranule.subtracting(origin).flatMap { UInt64(exactly: $0) }
    }

    /// Takes in the next bytes of the stream and returns the packets of sound that are complete by now.
    ///
    /// Throws if the stream is not one Vorbis stream: chained, multiplexed, or with other headers.
    public mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(AudioCodingError) -> [OggPacket] {
        var packets: [OggPacket] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Self.pieceByteCount)
            rest = rest.dropFirst(piece.count)
            packets += try take(piece)
        }
        return packets
    }

    /// Takes in `piece` and returns the packets of sound that are complete by then.
    mutating func take(_ piece: some Collection<UInt8>) throws(AudioCodingError) -> [OggPacket] {
        assembler.append(piece)
        return try takePages(isAtEnd: false)
    }

    /// Says that the stream ends here and returns the packets left.
    public mutating func finish() throws(AudioCodingError) -> [OggPacket] {
        let packets = try takePages(isAtEnd: true)
        guard identification != nil else { throw AudioCodingError(.vorbis, "the stream has no Ogg page") }
        guard headers != nil else { throw AudioCodingError(.vorbis, "the stream ends within its headers") }
        return packets
    }

    private mutating func takePages(isAtEnd: Bool) throws(AudioCodingError) -> [OggPacket] {
        var packets: [OggPacket] = []
        while let page = try assembler.next(isAtEnd: isAtEnd) {
            packets += try take(page)
        }
        return packets
    }

    private mutating func take(_ complete: OggPacketAssembler.CompletePage) throws(AudioCodingError) -> [OggPacket] {
        guard identification != nil else {
            identification = Array(complete.body)
            guard VorbisHeaders.begins(Array(complete.body), with: .identification) else {
                throw AudioCodingError(.vorbis, "the stream does not begin with a Vorbis identification header")
            }
            return []
        }
        hasEnded = complete.page.isLast
        hasHoles = hasHoles || complete.followsHole && !isJoining
        isJoining = false
        var packets = complete.packets[...]
        while headers == nil, let packet = packets.popFirst() {
            guard !complete.followsHole else {
                throw AudioCodingError(.vorbis, "the stream's headers are damaged", at: complete.offset)
            }
            try takeHeader(packet, at: complete.offset)
        }
        return headers.map { place(packets, of: complete, $0) } ?? []
    }

    /// Takes the comment, then the setup header.
    private mutating func takeHeader(
        _ packet: OggPacketAssembler.Packet, at offset: UInt64
    ) throws(AudioCodingError) {
        guard hasComment else {
            guard VorbisHeaders.begins(packet.prefix, with: .comment) else {
                throw AudioCodingError(.vorbis, "the second packet is not the comment header", at: offset)
            }
            hasComment = true
            return
        }
        guard packet.prefix.count <= Self.setupByteCountLimit else {
            throw AudioCodingError(
                .vorbis, "the setup header has more than \(Self.setupByteCountLimit) bytes", at: offset)
        }
        headers = try VorbisHeaders(identification: identification ?? [], setup: packet.prefix)
        assembler.prefixByteCount = 1
        assembler.hasAudio = true
    }

    /// Says which samples the packets that end on a page decode to.
    private mutating func place(
        _ packets: ArraySlice<OggPacketAssembler.Packet>, of complete: OggPacketAssembler.CompletePage,
        _ headers: VorbisHeaders
    ) -> [OggPacket] {
        if complete.followsHole {
            previousBlockSize = nil
            isAfterHole = endSample > 0
        }
        let isFirst = !hasPages
        let start = endSample
        var placed: [OggPacket] = []
        for packet in packets {
            guard let byte = packet.prefix.first, !packet.isTooLong, let firstPiece = packet.pieces.first,
                let blockSize = headers.blockSize(ofPacketBeginningWith: byte)
            else {
                if !packet.prefix.isEmpty { soundlessPacketCount += 1 }
                continue
            }
            let sampleCount = previousBlockSize.map { ($0 + blockSize) / 4 } ?? 0
            placed.append(
                OggPacket(
                    firstPiece: firstPiece, laterPieces: Array(packet.pieces.dropFirst()), pages: packet.pages,
                    firstSample: endSample, sampleCount: sampleCount, followsHole: isAfterHole))
            endSample = endSample.adding(UInt64(sampleCount)) ?? .max
            previousBlockSize = blockSize
            isAfterHole = false
        }
        hasPages = hasPages || !packets.isEmpty
        heardSampleCount = endSample
        if complete.page.isLast, complete.page.lacing.last ?? 255 < 255, let last = placed.last {
            var announced = endSample - start
            // On a page that is first and last, libavformat counts samples of the first packet too.
            if isFirst, let byte = packets.first?.prefix.first,
                let size = headers.blockSize(ofPacketBeginningWith: byte)
            {
                announced += UInt64((headers.announcedPreviousBlockSize(ofPacketBeginningWith: byte) + size) / 4)
            }
            heardSampleCount -= cut(announced, upTo: complete.page.granulePosition, lastPacket: last.sampleCount)
        }
        if !packets.isEmpty {
            lastGranule = complete.page.granulePosition
            if !complete.page.isLast { compareStart(with: complete.page.granulePosition, isFirst: isFirst) }
        }
        return placed
    }

    /// Computes the granule position of sample 0 from that of a page at which the samples so far end.
    private mutating func compareStart(with granule: Int64?, isFirst: Bool) {
        guard let start = granule?.subtracting(Int64(clamping: endSample)) else { return }
        if isFirst || joined != nil { startGranule = startGranule ?? start }
        isContradictory = isContradictory || startGranule != start
    }

    /// Samples that the last page, whose packets have `announced` samples, cuts off: those beyond its granule position,
    /// counted from that of the page before. More than the last packet has are not cut off.
    private func cut(_ announced: UInt64, upTo granule: Int64?, lastPacket sampleCount: Int) -> UInt64 {
        guard let granule, let lastGranule, let end = lastGranule.adding(Int64(clamping: announced)),
            let cut = end.subtracting(granule), cut > 0, cut <= Int64(sampleCount)
        else { return 0 }
        return UInt64(cut)
    }
}
