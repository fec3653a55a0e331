import Support

/// What the numbers of the pages of an Ogg file show: whether pages are there twice, out of order, or missing at the beginning.
/// RFC 3533, section 6.
struct OggOutline {
    /// Bytes that are scanned at a time.
    private static let pieceByteCount = 256 << 10

    /// The intact pages by their numbers; nil if they are in this order, or if it is not certain that it is theirs.
    let order: PieceOrder?
    /// The logical streams, counted from 0 as they begin, of which pages are missing before the first that sound ends on.
    let headlessStreams: Set<Int>
    /// The streams that are chained, one behind the other, at least two; none if there is one.
    let links: [OggLink]

    /// Scans all pages of `stream`.
    init(of stream: CodedStream) throws {
        var numbers = OggPageNumbers()
        var chain = OggChain()
        try Self.forEachPage(of: stream) { found in
            numbers.append(found.page)
            chain.append(found.page, at: found.offset, found.body)
        }
        links = chain.links
        guard !numbers.areInOrder, let (pieces, ordered) = try Self.pages(of: stream) else {
            order = nil
            headlessStreams = numbers.headlessStreams
            return
        }
        order = PieceOrder(ordered, misplacedCount: pieces.misplacedCount)
        var orderedNumbers = OggPageNumbers()
        for piece in ordered { orderedNumbers.append(piece) }
        headlessStreams = orderedNumbers.headlessStreams
    }

    /// The pages as they are in the file, and in the order of their numbers; nil if that is not certain to be the true one: if a stream
    /// begins behind others' pages, if two pages of one number differ, and if times go back.
    private static func pages(
        of stream: CodedStream
    ) throws -> (pieces: [NumberedPiece], ordered: [NumberedPiece])? {
        var pieces: [NumberedPiece] = []
        var isBegun = false
        var isChained = false
        try forEachPage(of: stream) { found in
            let (page, offset) = (found.page, found.offset)
            isChained = isChained || page.isFirst && isBegun
            isBegun = isBegun || !page.isFirst
            pieces.append(
                NumberedPiece(
                    range: offset..<offset + UInt64(page.byteCount), sequence: page.serial,
                    number: UInt64(page.sequence), end: page.granulePosition))
        }
        guard !isChained, let ordered = try pieces.ordered(in: stream) else { return nil }
        var ends: [UInt32: Int64] = [:]
        for piece in ordered {
            guard let end = piece.end else { continue }
            guard end >= ends[piece.sequence] ?? end else { return nil }
            ends[piece.sequence] = end
        }
        return (pieces, ordered)
    }

    /// Hands every intact page of `stream` to `body`.
    private static func forEachPage(of stream: CodedStream, _ body: (OggPageScanner.Found) -> Void) throws {
        var scanner = OggPageScanner(offset: 0)
        var offset: UInt64 = 0
        while offset < stream.byteCount {
            let bytes = try stream.bytes(from: offset, atMost: pieceByteCount, of: .ogg)
            offset += UInt64(bytes.count)
            scanner.append(bytes)
            while let found = scanner.next(isAtEnd: offset == stream.byteCount) { body(found) }
        }
    }
}

/// Follows the numbers of pages.
private struct OggPageNumbers {
    private struct Stream {
        let index: Int
        var last: UInt64
        /// Whether sound has ended on a page of it.
        var hasSound = false
        /// Whether it has begun twice.
        var isChained = false
    }

    private var streams: [UInt32: Stream] = [:]
    /// Whether each page has a higher number than those of its stream before it.
    private(set) var areInOrder = true
    private(set) var headlessStreams: Set<Int> = []

    mutating func append(_ page: OggPage) {
        append(page.serial, UInt64(page.sequence), granule: page.granulePosition, isFirst: page.isFirst)
    }

    mutating func append(_ page: NumberedPiece) {
        append(page.sequence, page.number ?? 0, granule: page.end, isFirst: false)
    }

    private mutating func append(_ serial: UInt32, _ number: UInt64, granule: Int64?, isFirst: Bool) {
        guard var stream = streams[serial] else {
            streams[serial] = Stream(index: streams.count, last: number)
            return
        }
        if isFirst, stream.hasSound {
            stream.isChained = true
        } else {
            areInOrder = areInOrder && number > stream.last
            if !stream.hasSound, !stream.isChained, number > stream.last + 1 { headlessStreams.insert(stream.index) }
            stream.hasSound = stream.hasSound || granule ?? 0 > 0
        }
        stream.last = number
        streams[serial] = stream
    }
}
