import Testing

@testable import AudioCoding

/// What the pages and clusters of files made by hand show.
struct MediaOutlineTests {
    private static func stream(_ bytes: [UInt8]) -> CodedStream {
        CodedStream(byteCount: UInt64(bytes.count)) { Array(bytes[Int($0.lowerBound)..<Int($0.upperBound)]) }
    }

    /// The bytes that libavformat would be given of `bytes`; nil if they are in order or left as they are.
    private static func ordered(_ bytes: [UInt8]) throws -> [UInt8]? {
        let stream = stream(bytes)
        return try MediaOutline(of: stream).order.map { order in
            let ordered = order.stream(stream)
            return try ordered.bytes(0..<ordered.byteCount)
        }
    }

    // MARK: - Ogg

    /// The headers of an Opus stream, and pages of one packet each whose numbers and granule positions are given.
    private static func ogg(_ pages: [(number: UInt32, granule: Int64)], last: UInt8 = 0xFE) -> [[UInt8]] {
        var builder = OggBuilder()
        var pieces = [builder.bytes]
        for page in pages {
            let start = builder.bytes.count
            builder.sequence = page.number
            builder.page([[31 << 3, 0xFF, last]], granule: page.granule)
            pieces.append(Array(builder.bytes[start...]))
        }
        return pieces
    }

    @Test func `pages are put in the order of their numbers, and those that are there twice are taken once`() throws {
        let pages = Self.ogg([(2, 960), (3, 1_920), (4, 2_880), (5, 3_840)])
        let whole = pages.flatMap(\.self)
        #expect(try Self.ordered(whole) == nil)
        #expect(try Self.ordered([0, 1, 1, 2, 3, 4].flatMap { pages[$0] }) == whole)
        #expect(try Self.ordered([0, 2, 1, 3, 4].flatMap { pages[$0] }) == whole)
        #expect(try Self.ordered([0, 1, 3, 4, 2, 3].flatMap { pages[$0] }) == whole)
        let misplaced = MediaOutline(of: Self.stream([0, 1, 3, 4, 2, 3].flatMap { pages[$0] })).order?.misplacedCount
        #expect(misplaced == 2)
    }

    @Test func `pages of Ogg stay as they are if it is not certain where they belong`() throws {
        let pages = Self.ogg([(2, 960), (3, 1_920), (4, 2_880)])
        let others = Self.ogg([(2, 960), (3, 1_920), (4, 2_880)], last: 0xFD)
        // Numbers that begin anew, a chain, and times that go back.
        #expect(try Self.ordered((pages + others[1...]).flatMap(\.self)) == nil)
        #expect(try Self.ordered((pages + pages).flatMap(\.self)) == nil)
        #expect(try Self.ordered(Self.ogg([(2, 960), (4, 1_920), (3, 2_880)]).flatMap(\.self)) == nil)
    }

    @Test func `pages that are missing before the first sound, and no others, show that the beginning is lost`() {
        func start(_ numbers: [UInt32]) -> Int64? {
            let pages = Self.ogg(numbers.map { ($0, Int64($0) * 960) })
            return MediaOutline(of: Self.stream(pages.flatMap(\.self))).lostStart(of: 0)
        }
        #expect(start([2, 3, 4]) == nil)
        #expect(start([2, 4]) == nil)
        #expect(start([3, 4]) == 0)
        #expect(start([4, 3]) == 0)
        #expect(start([3, 2, 4]) == nil)
        // A page whose checksum is wrong is missing.
        var pages = Self.ogg([(2, 960), (3, 1_920)])
        pages[1][28] ^= 1
        #expect(MediaOutline(of: Self.stream(pages.flatMap(\.self))).lostStart(of: 0) == 0)
    }

    // MARK: - Matroska

    private static func element(_ id: [UInt8], _ contents: [UInt8], isUnknown: Bool = false) -> [UInt8] {
        let size = contents.count
        return id + (isUnknown ? [0xFF] : [0x40 | UInt8(size >> 8), UInt8(size & 0xFF)]) + contents
    }

    /// A cluster at `time` with blocks at `times` from there on.
    private static func cluster(
        _ time: Int, _ times: [Int] = [0, 20, 40], fill: UInt8 = 7, isUnknown: Bool = false
    ) -> [UInt8] {
        let blocks = times.flatMap { time in
            element([0xA3], [0x81, UInt8(time >> 8), UInt8(time & 0xFF), 0x80, fill, fill])
        }
        let timestamp = element([0xE7], [UInt8(time >> 8), UInt8(time & 0xFF)])
        return element([0x1F, 0x43, 0xB6, 0x75], timestamp + blocks, isUnknown: isUnknown)
    }

    /// A file of `clusters`, whose index begins at `cue`, in ticks of 2 ms.
    private static func matroska(_ clusters: [[UInt8]], cue: UInt8? = nil) -> [UInt8] {
        let info = element([0x15, 0x49, 0xA9, 0x66], element([0x2A, 0xD7, 0xB1], [0x1E, 0x84, 0x80]))
        let cues = cue.map { element([0x1C, 0x53, 0xBB, 0x6B], element([0xBB], element([0xB3], [$0]))) } ?? []
        let segment = element([0x18, 0x53, 0x80, 0x67], info + clusters.flatMap(\.self) + cues, isUnknown: true)
        return element([0x1A, 0x45, 0xDF, 0xA3], []) + segment
    }

    @Test func `clusters are put in the order of their times, and those that are there twice are taken once`() throws {
        let clusters = [0, 60, 120, 180].map { Self.cluster($0) }
        let whole = Self.matroska(clusters, cue: 0)
        #expect(try Self.ordered(whole) == nil)
        #expect(try Self.ordered(Self.matroska([0, 1, 1, 2, 3].map { clusters[$0] }, cue: 0)) == whole)
        #expect(try Self.ordered(Self.matroska([0, 2, 1, 3].map { clusters[$0] }, cue: 0)) == whole)
        #expect(try Self.ordered(Self.matroska([1, 2, 0, 3, 2].map { clusters[$0] }, cue: 0)) == whole)
    }

    @Test func `clusters stay as they are if it is not certain where they belong`() throws {
        let clusters = [0, 60, 120].map { Self.cluster($0) }
        // Another recording behind the first, with the same times and with other ones.
        #expect(try Self.ordered(Self.matroska(clusters + [Self.cluster(0, fill: 8)])) == nil)
        let other = [Self.cluster(10, fill: 8), Self.cluster(70, fill: 8)]
        #expect(try Self.ordered(Self.matroska(clusters + other)) == nil)
        #expect(try Self.ordered(Self.matroska([clusters[1], Self.cluster(0, isUnknown: true)])) == nil)
        // The last is cut short, and belongs elsewhere.
        #expect(try Self.ordered(Array(Self.matroska([clusters[0], clusters[2], clusters[1]]).dropLast(2))) == nil)
        #expect(try Self.ordered(Self.matroska([clusters[1], clusters[0]]) + [0, 1, 2, 3]) == nil)
    }

    @Test func `an index that begins before all clusters shows that the beginning is lost`() {
        func start(_ clusters: [[UInt8]], cue: UInt8?) -> Int64? {
            MediaOutline(of: Self.stream(Self.matroska(clusters, cue: cue))).lostStart(of: 3)
        }
        #expect(start([Self.cluster(60), Self.cluster(120)], cue: 5) == 10_000_000)
        #expect(start([Self.cluster(60), Self.cluster(120)], cue: 60) == nil)
        #expect(start([Self.cluster(60), Self.cluster(120)], cue: nil) == nil)
        // Blocks may come before their cluster's time.
        #expect(start([Self.cluster(60, [0xFFD8, 0, 40])], cue: 20) == nil)
    }
}
