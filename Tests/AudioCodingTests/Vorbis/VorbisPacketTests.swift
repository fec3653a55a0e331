import TestSupport
import Testing

@testable import AudioCoding

@Suite struct VorbisPacketTests {
    static let streams = ["stereo.ogg", "mono.ogg", "lowrate.ogg", "surround6.ogg", "tiny.ogg", "lavc.ogg"]

    @Test(arguments: streams)
    func `packets of Vorbis are those that ffprobe finds, however the stream is cut`(name: String) throws {
        let fixture = try CodedFixture(name)
        for pieces in pieceByteCounts {
            let stream = try VorbisStream(fixture.bytes, pieces: pieces)
            #expect(stream.packets.map(\.byteCount) == fixture.packets.map(\.byteCount))
            #expect(stream.packets.allSatisfy { !$0.followsHole })
        }
    }

    @Test(arguments: [
        ("stereo.ogg", 2, UInt32(44_100), 256, 2048), ("mono.ogg", 1, 48_000, 256, 2048),
        ("lowrate.ogg", 1, 8000, 512, 512), ("surround6.ogg", 6, 48_000, 256, 2048),
    ])
    func `headers say what the encoder was told`(
        name: String, channels: Int, sampleRate: UInt32, shortBlockSize: Int, longBlockSize: Int
    ) throws {
        let headers = try VorbisStart(of: CodedFixture(name).stream).headers
        #expect(headers.channels == channels)
        #expect(headers.sampleRate == sampleRate)
        #expect(headers.shortBlockSize == shortBlockSize)
        #expect(headers.longBlockSize == longBlockSize)
    }

    @Test(arguments: streams)
    func `how many samples a packet of Vorbis decodes to is known before it is decoded`(name: String) throws {
        let stream = try VorbisStream(CodedFixture(name).bytes)
        let decoder = try VorbisDecoder(headers: stream.headers)
        var sample: UInt64 = 0
        try withOutput { output in
            for packet in stream.packets {
                let count = try packet.bytes(in: stream.bytes).withUnsafeBytes { try decoder.decode($0, into: output) }
                #expect(packet.sampleCount == count)
                #expect(packet.firstSample == sample)
                sample += UInt64(count)
            }
        }
    }

    /// `stereo.ogg` taken apart: its headers, its packets, and where the samples of each end.
    private static func parts() throws -> (headers: [[UInt8]], packets: [[UInt8]], ends: [Int64]) {
        let bytes = try CodedFixture("stereo.ogg").bytes
        let packets = oggPackets(of: bytes)
        let ends = try VorbisStream(bytes).packets.map { Int64($0.firstSample) + Int64($0.sampleCount) }
        return (Array(packets[..<3]), Array(packets[3...]), ends)
    }

    private static func expectAsFFmpeg(_ bytes: [UInt8], location: SourceLocation = #_sourceLocation) throws {
        let heard = try VorbisStream(bytes, pieces: 1000).heardSamples()
        let reference = try ffmpegSamples(of: bytes, named: "stream.ogg")
        #expect(heard.count == reference.count, sourceLocation: location)
        #expect(heard == reference, sourceLocation: location)
    }

    @Test(.enabled(if: MediaTools.arePresent, MediaTools.comment), arguments: streams)
    func `what is heard of Vorbis is what ffmpeg gives`(name: String) throws {
        try Self.expectAsFFmpeg(CodedFixture(name).bytes)
    }

    /// Pages of sound: flags, where the granule position is beside the end of the page's samples, packets.
    private static let pagings: [[(flags: UInt8, granule: Int64, packets: Range<Int>)]] = [
        [(0, 0, 0..<20), (4, 0, 20..<40)], [(0, 0, 0..<20), (0, 0, 20..<40)],
        [(0, 0, 0..<20), (4, -1, 20..<40)], [(0, 0, 0..<20), (4, -100, 20..<40)],
        [(0, 0, 0..<20), (4, -1024, 20..<40)], [(0, 0, 0..<20), (4, -1025, 20..<40)],
        [(0, 0, 0..<20), (4, -9000, 20..<40)], [(0, 0, 0..<20), (4, 100, 20..<40)],
        [(0, 0, 0..<20), (0, -100, 20..<40), (4, -200, 40..<50)],
        // The first page promises other samples than it has.
        [(0, -500, 0..<20), (4, -500, 20..<40)], [(0, -500, 0..<20), (4, -520, 20..<40)],
        [(0, 5000, 0..<20), (4, 5000, 20..<40)], [(0, 5000, 0..<20), (4, 4900, 20..<40)],
        [(0, 0, 0..<1), (0, 0, 1..<20), (4, -7, 20..<40)],
        // All sound on one page.
        [(4, 0, 0..<20)], [(4, -50, 0..<20)], [(4, 128, 0..<20)], [(4, 100, 0..<20)], [(0, 0, 0..<20)],
        [(4, 0, 25..<40)], [(4, -30, 0..<1)], [(4, 0, 0..<2)], [(4, 0, 0..<3)],
        // Positions that jump.
        [(0, 0, 0..<20), (0, 7000, 20..<30), (4, 7000, 30..<40)],
        [(0, 0, 0..<20), (0, -7000, 20..<30), (4, -7010, 30..<40)],
        // A last page without packets.
        [(0, 0, 0..<20), (0, 0, 20..<40), (4, -100, 40..<40)],
    ]

    @Test(.enabled(if: MediaTools.arePresent, MediaTools.comment), arguments: pagings)
    func `first and last granule positions cut what ffmpeg cuts`(
        pages: [(flags: UInt8, granule: Int64, packets: Range<Int>)]
    ) throws {
        let (headers, packets, ends) = try Self.parts()
        let start = ends[pages[0].packets.lowerBound]
        var ogg = OggBuilder(headers: headers)
        for page in pages {
            let end = page.packets.last.map { ends[$0] } ?? ends[39]
            ogg.page(Array(packets[page.packets]), granule: end - start + page.granule, flags: page.flags)
        }
        try Self.expectAsFFmpeg(ogg.bytes)
    }

    @Test func `headers and packets may run over several pages, and comments be of any length`() throws {
        let (headers, packets, _) = try Self.parts()
        var comment = headers[1].dropLast()
        comment += [UInt8](repeating: 0x78, count: 300_000) + [1]
        var ogg = OggBuilder(headers: [headers[0]])
        ogg.spread([Array(comment), headers[2]], segmentsPerPage: 200)
        ogg.spread(Array(packets[..<20]), segmentsPerPage: 1)
        let stream = try VorbisStream(ogg.bytes, pieces: 777)
        #expect(stream.packets.map { $0.bytes(in: ogg.bytes) } == Array(packets[..<20]))
        #expect(stream.packets.contains { !$0.laterPieces.isEmpty })
        #expect(try stream.headers == VorbisStart(of: CodedFixture("stereo.ogg").stream).headers)
    }

    @Test func `after a lost page, no samples come of the first packet, and all that follow move up`() throws {
        let (headers, packets, ends) = try Self.parts()
        var ogg = OggBuilder(headers: headers)
        ogg.page(Array(packets[..<20]), granule: ends[19])
        ogg.sequence += 1
        ogg.page(Array(packets[30..<40]), granule: ends[39])
        let stream = try VorbisStream(ogg.bytes)
        #expect(stream.packets.map(\.followsHole) == (0..<30).map { $0 == 20 })
        #expect(stream.packets[20].sampleCount == 0)
        #expect(stream.packets[20].firstSample == UInt64(ends[19]))
        #expect(stream.packets.last?.firstSample == UInt64(ends[19] + ends[38] - ends[30]))
    }

    @Test func `what is no packet of sound among packets is left out`() throws {
        let (headers, packets, ends) = try Self.parts()
        var ogg = OggBuilder(headers: headers)
        ogg.page(packets[..<10] + [[], headers[1], [0xFF]] + packets[10..<20], granule: ends[19], flags: 4)
        let stream = try VorbisStream(ogg.bytes)
        #expect(stream.packets.map { $0.bytes(in: ogg.bytes) } == Array(packets[..<20]))
        #expect(stream.packets.last?.firstSample == UInt64(ends[18]))
    }

    @Test func `Vorbis streams that are chained or multiplexed are refused by name`() throws {
        let bytes = try CodedFixture("tiny.ogg").bytes
        let chained = try #require(throws: AudioCodingError.self) { try VorbisStream(bytes + bytes) }
        #expect(chained.problem == "chained Ogg streams are not supported")
        #expect(chained.offset == UInt64(bytes.count))
        var ogg = OggBuilder(headers: [oggPackets(of: bytes)[0]])
        ogg.serial = 8
        ogg.page([oggPackets(of: bytes)[0]], granule: 0, flags: 2)
        let multiplexed = try #require(throws: AudioCodingError.self) { try VorbisStream(ogg.bytes) }
        #expect(multiplexed.problem == "multiplexed Ogg streams are not supported")
    }

    @Test func `what is not Ogg, or has other headers than Vorbis, is an error`() throws {
        let (headers, packets, _) = try Self.parts()
        let opus = try CodedFixture("mono.opus").bytes
        var second = OggBuilder(headers: [headers[0], headers[2]])
        second.page([headers[1]], granule: 0)
        var third = OggBuilder(headers: [headers[0], headers[1]])
        third.page(packets, granule: 0)
        let short = OggBuilder(headers: headers).bytes.dropLast(20)
        for (bytes, problem) in [
            ([], "no Ogg page"), ([UInt8](repeating: 1, count: 1000), "no Ogg page"),
            (opus, "does not begin with a Vorbis identification header"),
            (second.bytes, "the second packet is not the comment header"),
            (third.bytes, "the setup header does not end with the stream's modes"),
            (Array(short), "the stream ends within its headers"),
        ] {
            let error = try #require(throws: AudioCodingError.self) { try VorbisStream(bytes) }
            #expect(error.problem.contains(problem), "\(error.problem)")
        }
    }
}
