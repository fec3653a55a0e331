import Testing

@testable import AudioCoding

struct OggOpusHeaderTests {
    private let head = OpusHead(
        channels: 2, preSkip: 312, inputSampleRate: 44_100, mappingFamily: .monoOrStereo, streamCount: 1,
        coupledCount: 1, channelMapping: [0, 1])

    @Test func `an Ogg Opus stream begins with OpusHead and OpusTags, each on a page of its own`() throws {
        let header = OggOpusHeader(head, VorbisComments([.init("TITLE", "Grünspecht")]))
        #expect(header.pageCount == 2)
        let first = try #require(header.bytes.withUnsafeBytes { OggPage.parse($0) })
        #expect(first.isFirst && first.granulePosition == 0 && first.serial == header.serial && first.sequence == 0)
        #expect(try OpusHead(Array(header.bytes[first.headerByteCount..<first.byteCount])) == head)
        let rest = Array(header.bytes.dropFirst(first.byteCount))
        let second = try #require(rest.withUnsafeBytes { OggPage.parse($0) })
        #expect(!second.isFirst && second.granulePosition == 0 && second.sequence == 1)
        #expect(
            Array(rest.dropFirst(second.headerByteCount)) == Array("OpusTags".utf8) + [7, 0, 0, 0]
                + Array("zarrwlr".utf8) + [1, 0, 0, 0, 17, 0, 0, 0] + Array("TITLE=Grünspecht".utf8))
    }

    @Test func `tags of any length are put on as many pages as they need`() throws {
        let tags = (0..<100).map { VorbisComments.Tag("N\($0)", String(repeating: "x", count: 4_000)) }
        let header = OggOpusHeader(head, VorbisComments(tags))
        #expect(header.pageCount == 8)
        var scanner = OggPacketScanner()
        var bytes = header.bytes
        bytes.append(contentsOf: [])
        _ = try bytes.withUnsafeBytes { try scanner.consume($0) }
        #expect(scanner.head == head)
        #expect(scanner.serial == header.serial)
    }

    @Test func `streams with other tags have other serial numbers`() {
        let serials = ["a", "b"].map { OggOpusHeader(head, VorbisComments([.init("TITLE", $0)])).serial }
        #expect(serials[0] != serials[1])
    }

    @Test func `a pre-skip that does not fit the header makes none`() {
        #expect(head.with(preSkip: 65_535)?.preSkip == 65_535)
        #expect(head.with(preSkip: 65_536) == nil)
    }
}
