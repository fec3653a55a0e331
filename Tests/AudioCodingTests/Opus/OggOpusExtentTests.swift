import Testing

@testable import AudioCoding

@Suite struct OggOpusExtentTests {
    @Test(
        arguments: [
            ("mono.opus", 24_000), ("stereo.opus", 24_000), ("short2_5.opus", 6000), ("long60.opus", 24_000),
            ("tiny.opus", 300), ("surround8.opus", 4800), ("spread.opus", 9600), ("discrete10.opus", 2400),
            ("lowdelay.opus", 9600),
        ] as [(String, UInt64)])
    func `the samples to be heard are the source's`(_ name: String, _ count: UInt64) throws {
        #expect(try OggOpusExtent(of: CodedFixture(name).stream).sampleCount == count)
    }

    @Test func `a stream that was cut out of a longer one begins where its first page says`() throws {
        var ogg = OggBuilder(preSkip: 100)
        ogg.audio(2, granule: 100_000)
        ogg.audio(2, granule: 101_920)
        let extent = try OggOpusExtent(of: CodedStream(ogg.bytes))
        #expect(extent.sampleCount == 4 * 960 - 100)
        #expect(extent.head.preSkip == 100)
    }

    @Test func `the only page may be trimmed at its end`() throws {
        var ogg = OggBuilder(preSkip: 100)
        ogg.audio(2, granule: 1000, flags: 4)
        #expect(try OggOpusExtent(of: CodedStream(ogg.bytes)).sampleCount == 900)
    }

    @Test func `less than pre-skip is nothing`() throws {
        var ogg = OggBuilder(preSkip: 3000)
        ogg.audio(2, granule: 1920, flags: 4)
        #expect(try OggOpusExtent(of: CodedStream(ogg.bytes)).sampleCount == 0)
    }

    @Test func `a first page that ends before its own samples, and is not the last, is an error`() {
        var ogg = OggBuilder()
        ogg.audio(2, granule: 1000)
        ogg.audio(2, granule: 2920)
        #expect(throws: AudioCodingError.self) { try OggOpusExtent(of: CodedStream(ogg.bytes)) }
    }

    @Test func `headers without sound are an error`() {
        #expect(throws: AudioCodingError.self) { try OggOpusExtent(of: CodedStream(OggBuilder().bytes)) }
    }

    @Test func `a stream cut off at its end is as long as its last whole page says`() throws {
        var ogg = OggBuilder()
        ogg.audio(2, granule: 1920)
        ogg.audio(2, granule: 3840, flags: 4)
        #expect(try OggOpusExtent(of: CodedStream(ogg.bytes.dropLast())).sampleCount == 1920)
    }

    @Test func `a chain is noticed at its end`() throws {
        let bytes = try CodedFixture("tiny.opus").bytes
        let error = try #require(throws: AudioCodingError.self) { try OggOpusExtent(of: CodedStream(bytes + bytes)) }
        #expect(error.problem.contains("chained"))
    }

    @Test func `only the ends are read`() throws {
        var ogg = OggBuilder()
        for page in 1...3000 {
            ogg.page([[31 << 3] + [UInt8](repeating: 0, count: 1000)], granule: Int64(page) * 960)
        }
        let bytes = ogg.bytes
        var readCount = 0
        let stream = CodedStream(byteCount: UInt64(bytes.count)) { range in
            readCount += range.count
            return Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
        }
        #expect(try OggOpusExtent(of: stream).sampleCount == 3000 * 960)
        #expect(readCount < 250_000)
    }
}
