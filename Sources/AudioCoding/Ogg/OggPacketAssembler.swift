import Support

/// Puts together the packets of the one logical stream in an Ogg stream, from the pages that it is handed piece by piece. RFC 3533.
struct OggPacketAssembler {
    /// A packet, as far as its bytes are kept.
    struct Packet {
        /// Its bytes; not all of them if it is too long.
        fileprivate(set) var pieces: [Range<UInt64>] = []
        /// Its first bytes, at most as many as are asked for.
        fileprivate(set) var prefix: [UInt8] = []
        /// Whether it has more bytes than any packet.
        fileprivate(set) var isTooLong = false
        /// From the first byte of the page on which it begins to the last byte of the page on which it ends.
        fileprivate(set) var pages: Range<UInt64>

        fileprivate init(on page: Range<UInt64>) {
            pages = page
        }

        fileprivate mutating func append(_ piece: Range<UInt64>, limit: Int) {
            isTooLong = isTooLong || pieces.reduce(piece.count) { $0 + $1.count } > limit
            if !isTooLong { pieces.append(piece) }
        }
    }

    /// A page, and the packets that end on it.
    struct CompletePage {
        let page: OggPage
        /// The first byte of its header, from the start of the stream.
        let offset: UInt64
        /// The bytes after its header.
        let body: ArraySlice<UInt8>
        /// Empty for the first page, all of which is a codec's own header.
        let packets: [Packet]
        /// Whether pages before it are missing.
        let followsHole: Bool
    }

    /// Bytes of every packet that are kept in `prefix`.
    var prefixByteCount: Int
    /// Bytes that no packet exceeds.
    var packetByteCountLimit: Int
    /// Whether packets of sound have been seen: what begins now is chained to this stream, not multiplexed with it.
    var hasAudio = false
    /// The number of the logical stream, as soon as its first page has been seen.
    private(set) var serial: UInt32?

    private let codec: AudioCodingError.Codec
    private var pages: OggPageScanner
    /// The number that the next page has if none is missing; nil if that is not known.
    private var nextSequence: UInt32?
    private var hasEnded = false
    /// A packet that began on the page before.
    private var pending: Packet?

    /// An assembler for a stream of `codec` from its first byte on.
    init(of codec: AudioCodingError.Codec, prefixByteCount: Int, packetByteCountLimit: Int) {
        self.codec = codec
        self.prefixByteCount = prefixByteCount
        self.packetByteCountLimit = packetByteCountLimit
        pages = OggPageScanner(offset: 0)
    }

    /// An assembler for the logical stream `serial` of `codec` from the page at byte `offset` on, behind its headers. The first
    /// page follows a hole, and a packet that began before it is left out.
    init(
        of codec: AudioCodingError.Codec, joining serial: UInt32, at offset: UInt64, prefixByteCount: Int,
        packetByteCountLimit: Int
    ) {
        self.codec = codec
        self.prefixByteCount = prefixByteCount
        self.packetByteCountLimit = packetByteCountLimit
        self.serial = serial
        pages = OggPageScanner(offset: offset)
        hasAudio = true
    }

    /// How many bytes were left out so far as they belong to no intact page.
    var skippedByteCount: UInt64 { pages.skippedByteCount }

    /// Takes in the next bytes of the stream.
    mutating func append(_ bytes: some Collection<UInt8>) {
        pages.append(bytes)
    }

    /// The next page; nil if there is none in the bytes taken in so far, of which there are no more if `isAtEnd`. Pages behind
    /// the last of the logical stream are passed over.
    ///
    /// Throws if the stream is not one logical stream: chained or multiplexed.
    mutating func next(isAtEnd: Bool) throws(AudioCodingError) -> CompletePage? {
        while let found = pages.next(isAtEnd: isAtEnd) {
            guard let serial else { return try takeFirst(found) }
            try Self.check(found.page, belongsTo: serial, hasAudio: hasAudio, at: found.offset, of: codec)
            if !hasEnded { return take(found) }
        }
        return nil
    }

    /// Throws if `page` is not one more of the logical stream `serial`.
    static func check(
        _ page: OggPage, belongsTo serial: UInt32, hasAudio: Bool, at offset: UInt64, of codec: AudioCodingError.Codec
    ) throws(AudioCodingError) {
        if page.isFirst, hasAudio {
            throw AudioCodingError(codec, "chained Ogg streams are not supported", at: offset)
        }
        if page.isFirst || page.serial != serial {
            throw AudioCodingError(codec, "multiplexed Ogg streams are not supported", at: offset)
        }
    }

    private mutating func takeFirst(_ found: OggPageScanner.Found) throws(AudioCodingError) -> CompletePage {
        guard found.page.isFirst, !found.page.isLast else {
            throw AudioCodingError(codec, "the Ogg stream does not begin with a first page", at: found.offset)
        }
        serial = found.page.serial
        nextSequence = found.page.sequence &+ 1
        return CompletePage(
            page: found.page, offset: found.offset, body: found.body, packets: [], followsHole: false)
    }

    private mutating func take(_ found: OggPageScanner.Found) -> CompletePage {
        hasEnded = found.page.isLast
        let followsHole = found.page.sequence != nextSequence || found.page.isContinued != (pending != nil)
        if followsHole { pending = nil }
        nextSequence = found.page.sequence &+ 1
        return CompletePage(
            page: found.page, offset: found.offset, body: found.body, packets: split(found), followsHole: followsHole)
    }

    /// The packets that end on a page; what begins there and does not end is kept for the next.
    private mutating func split(_ found: OggPageScanner.Found) -> [Packet] {
        var complete: [Packet] = []
        let page = found.offset..<found.offset + UInt64(found.page.byteCount)
        var packet = pending ?? Packet(on: page)
        packet.pages = packet.pages.lowerBound..<page.upperBound
        // The rest of a packet whose beginning is missing.
        var isFragment = found.page.isContinued && pending == nil
        var body = found.body
        var offset = found.offset + UInt64(found.page.headerByteCount)
        var start = offset
        for (index, length) in found.page.lacing.enumerated() {
            let segment = body.prefix(Int(length))
            body = body.dropFirst(segment.count)
            packet.prefix += segment.prefix(max(prefixByteCount - packet.prefix.count, 0))
            offset += UInt64(length)
            guard length < 255 || index == found.page.lacing.count - 1 else { continue }
            packet.append(start..<offset, limit: packetByteCountLimit)
            start = offset
            guard length < 255 else { break }
            if !isFragment { complete.append(packet) }
            isFragment = false
            packet = Packet(on: page)
        }
        pending = found.page.lacing.last == 255 && !isFragment ? packet : nil
        return complete
    }
}
