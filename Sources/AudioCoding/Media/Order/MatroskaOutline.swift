import Support

/// What the times of the clusters of a Matroska or WebM file show: whether clusters are there twice, out of order, or missing at the
/// beginning. RFC 9559, section 5.1.
struct MatroskaOutline {
    /// Identifiers of elements. RFC 9559, section 5.1, and 11.3.6 and 11.3.7 of RFC 8794.
    private enum ID {
        static let segment: UInt32 = 0x1853_8067, cluster: UInt32 = 0x1F43_B675
        static let info: UInt32 = 0x1549_A966, timestampScale: UInt32 = 0x2A_D7B1
        static let cues: UInt32 = 0x1C53_BB6B, cuePoint: UInt32 = 0xBB, cueTime: UInt32 = 0xB3
        static let timestamp: UInt32 = 0xE7, simpleBlock: UInt32 = 0xA3, blockGroup: UInt32 = 0xA0, block: UInt32 = 0xA1
        /// What else a segment holds: SeekHead, Tracks, Attachments, Chapters, Tags, Void, CRC-32.
        static let others: Set<UInt32> = [
            0x114D_9B74, 0x1654_AE6B, 0x1941_A469, 0x1043_A770, 0x1254_C367, 0xEC, 0xBF,
        ]
    }

    /// The file with its clusters by their times; nil if they are in this order, or if it is not certain that it is theirs.
    private(set) var order: PieceOrder?
    /// The time that the index gives for the first cluster, in nanoseconds, if that is missing; nil if it is there, or if nothing shows.
    private(set) var lostStart: Int64?

    /// Clusters that are looked at, at most: a few days of those that have a second each.
    private static let clusterLimit = 1 << 20

    private let stream: CodedStream
    private var reader: EBMLReader
    /// The file in pieces, of which the clusters are numbered by their times.
    private var pieces: [NumberedPiece] = []
    private var clusters: [EBMLElement] = []
    /// Nanoseconds of a tick, and the first time in the index, in ticks.
    private var timestampScale: UInt64 = 1_000_000
    private var firstCue: UInt64?

    /// Looks at the heads of all clusters of `stream`.
    init(of stream: CodedStream) throws {
        self.stream = stream
        reader = EBMLReader(stream)
        guard let head = try reader.element(at: 0), let end = head.end,
            let segment = try reader.element(at: end), segment.id == ID.segment
        else { return }
        pieces = [NumberedPiece(range: 0..<segment.contentOffset)]
        let isWhole = try takeElements(from: segment.contentOffset)
        lostStart = try findLostStart()
        guard isWhole, pieces.misplacedCount > 0, let ordered = try pieces.ordered(in: stream),
            try isPlausible(ordered)
        else { return }
        order = PieceOrder(ordered, misplacedCount: pieces.misplacedCount)
    }

    /// Takes the elements of a segment from `start` to the end of the file; false if there is something else, or a cluster that does
    /// not say where it ends, or when it begins.
    private mutating func takeElements(from start: UInt64) throws -> Bool {
        var offset = start
        while offset < stream.byteCount {
            guard let element = try reader.element(at: offset), let end = element.end else { return false }
            let range = offset..<min(end, stream.byteCount)
            switch element.id {
            case ID.cluster:
                guard clusters.count < Self.clusterLimit,
                    let time = try reader.child(ID.timestamp, of: element).flatMap({ try reader.number(in: $0) })
                else { return false }
                pieces.append(NumberedPiece(range: range, number: time))
                clusters.append(element)
            case ID.info: try takeInfo(element)
            case ID.cues: try takeCues(element)
            case let id where ID.others.contains(id): break
            default: return false
            }
            if element.id != ID.cluster { keep(range) }
            offset = range.upperBound
        }
        return true
    }

    /// Keeps `range`, which is no cluster, where it is.
    private mutating func keep(_ range: Range<UInt64>) {
        let last = pieces.last.flatMap { $0.number == nil ? pieces.popLast() : nil }
        pieces.append(NumberedPiece(range: (last?.range.lowerBound ?? range.lowerBound)..<range.upperBound))
    }

    private mutating func takeCues(_ cues: EBMLElement) throws {
        guard let point = try reader.child(ID.cuePoint, of: cues),
            let time = try reader.child(ID.cueTime, of: point)
        else { return }
        firstCue = try reader.number(in: time)
    }

    private mutating func takeInfo(_ info: EBMLElement) throws {
        guard let scale = try reader.child(ID.timestampScale, of: info) else { return }
        timestampScale = try reader.number(in: scale) ?? timestampScale
    }

    /// The first time of the index, if all clusters begin after it.
    private mutating func findLostStart() throws -> Int64? {
        guard let firstCue, let first = pieces.compactMap(\.number).min(), firstCue < first,
            let times = try clusters.first.flatMap({ try blockTimes(in: $0) }), let cue = Int64(exactly: firstCue),
            times.lowerBound > cue
        else { return nil }
        return firstCue.multiplied(by: timestampScale).flatMap { Int64(exactly: $0) }
    }

    /// Whether the clusters of `ordered`, if any has been moved, follow one another in time: those of two recordings that both begin at
    /// 0 would be mixed.
    private mutating func isPlausible(_ ordered: [NumberedPiece]) throws -> Bool {
        let kept = Set(ordered.map(\.range.lowerBound))
        guard ordered != pieces.filter({ kept.contains($0.range.lowerBound) }) else { return true }
        let clusters = Dictionary(clusters.map { ($0.offset, $0) }) { first, _ in first }
        var last: ClosedRange<Int64>?
        for piece in ordered {
            guard piece.number != nil else { continue }
            // One that is cut short has all others before it.
            guard let cluster = clusters[piece.range.lowerBound],
                cluster.end == piece.range.upperBound || piece == ordered.last,
                let times = try blockTimes(in: cluster)
            else { return false }
            // Those of several tracks may overlap a little.
            if let last, times.lowerBound < last.lowerBound + (last.upperBound - last.lowerBound) / 2 { return false }
            last = times
        }
        return true
    }

    /// The times of the first and the last block of `cluster`, in ticks; nil if it has none.
    private mutating func blockTimes(in cluster: EBMLElement) throws -> ClosedRange<Int64>? {
        var start: Int64 = 0
        var (first, last): (Int64, Int64) = (.max, .min)
        try reader.forEachChild(of: cluster) { reader, child in
            var block = child.id == ID.simpleBlock ? child : nil
            if child.id == ID.timestamp { start = Int64(clamping: try reader.number(in: child) ?? 0) }
            if child.id == ID.blockGroup { block = try reader.child(ID.block, of: child) }
            if let block, let time = try Self.relativeTime(of: block, &reader).flatMap({ start.adding(Int64($0)) }) {
                (first, last) = (min(first, time), max(last, time))
            }
            return true
        }
        return first <= last ? first...last : nil
    }

    /// The time of `block` from that of its cluster on, in ticks. RFC 9559, section 10.
    private static func relativeTime(of block: EBMLElement, _ reader: inout EBMLReader) throws -> Int16? {
        var bytes = ByteReader(try reader.contents(of: block, atMost: 10))
        // The number of the track is before it.
        guard EBMLElement.number(&bytes, keepsLength: false) != nil else { return nil }
        return bytes.readBigEndian(Int16.self)
    }
}
