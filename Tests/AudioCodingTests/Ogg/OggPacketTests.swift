import Testing

@testable import AudioCoding

@Suite struct OggPacketTests {
    static let streams = [
        "mono.opus", "stereo.opus", "short2_5.opus", "long60.opus", "speech.opus", "hybrid.opus", "tiny.opus",
        "surround6.opus", "surround8.opus", "spread.opus", "discrete2.opus", "discrete4.opus", "discrete10.opus",
        "quad.opus", "lowdelay.opus", "gain-1536.opus", "gain768.opus",
    ]

    @Test(arguments: streams)
    func `Ogg Opus packets are those that ffprobe finds, in pieces of any size`(name: String) throws {
        let fixture = try CodedFixture(name)
        let whole = try opusPackets(of: fixture.bytes).1
        #expect(whole.map(\.byteCount) == fixture.packets.map(\.byteCount))
        // ffprobe's duration of the last packet is trimmed.
        #expect(whole.dropLast().map(\.sampleCount) == fixture.packets.dropLast().compactMap(\.duration))
        #expect(whole.allSatisfy { !$0.followsHole })
        for pieces in pieceByteCounts {
            #expect(try opusPackets(of: fixture.bytes, pieces: pieces).1 == whole)
        }
    }

    @Test func `an Ogg packet may span several pages`() throws {
        let packets = try opusPackets(of: CodedFixture("spread.opus").bytes).1
        #expect(packets.contains { $0.laterPieces.count == 2 })
    }

    @Test func `a lost Ogg page leaves a gap, and later packets keep their places`() throws {
        var ogg = OggBuilder()
        ogg.audio(2, granule: 1920)
        ogg.sequence += 1
        ogg.audio(3, granule: 1920 + 5 * 960)
        ogg.audio(1, granule: 1920 + 6 * 960, flags: 4)
        let packets = try opusPackets(of: ogg.bytes).1
        #expect(packets.map(\.firstSample) == [0, 960, 3840, 4800, 5760, 6720])
        #expect(packets.map(\.followsHole) == [false, false, true, false, false, false])
    }

    @Test func `an Ogg page with a wrong checksum counts as lost`() throws {
        var ogg = OggBuilder()
        ogg.audio(1, granule: 960)
        let damaged = ogg.bytes.count + 30
        ogg.audio(1, granule: 1920)
        ogg.audio(1, granule: 2880)
        var bytes = ogg.bytes
        bytes[damaged] ^= 1
        let (scanner, packets) = try opusPackets(of: bytes)
        #expect(packets.map(\.firstSample) == [0, 1920])
        #expect(packets.map(\.followsHole) == [false, true])
        #expect(scanner.skippedByteCount == 31)
    }

    @Test func `behind a gap the last Ogg page cannot be placed, since its end may be trimmed`() throws {
        var ogg = OggBuilder()
        ogg.audio(1, granule: 960)
        ogg.sequence += 1
        ogg.audio(2, granule: 3000, flags: 4)
        #expect(try opusPackets(of: ogg.bytes).1.map(\.firstSample) == [0])
    }

    @Test func `a granule position that jumps ahead is a gap`() throws {
        var ogg = OggBuilder()
        ogg.audio(1, granule: 960)
        ogg.audio(1, granule: 9600)
        #expect(try opusPackets(of: ogg.bytes).1.map(\.firstSample) == [0, 8640])
    }

    @Test func `an Ogg packet whose beginning or end is lost is left out`() throws {
        var ogg = OggBuilder()
        let long = [31 << 3] + [UInt8](repeating: 1, count: 299)
        ogg.audio(1, granule: 960)
        ogg.page(lacing: [255], body: Array(long[..<255]), granule: -1)
        ogg.sequence += 1
        // The rest of another packet, then a whole one.
        ogg.page(lacing: [45, 3], body: Array(long[255...]) + OggBuilder.packet, granule: 4800, flags: 1)
        ogg.audio(1, granule: 5760)
        let packets = try opusPackets(of: ogg.bytes).1
        #expect(packets.map(\.firstSample) == [0, 3840, 4800])
    }

    @Test func `an invalid Opus packet is a gap`() throws {
        var ogg = OggBuilder()
        ogg.audio(1, granule: 960)
        ogg.page([OggBuilder.packet, [], OggBuilder.packet], granule: 4 * 960)
        ogg.audio(1, granule: 5 * 960)
        let packets = try opusPackets(of: ogg.bytes).1
        #expect(packets.map(\.firstSample) == [0, 960, 2880, 3840])
        #expect(packets.map(\.followsHole) == [false, false, true, false])
    }

    @Test func `an Ogg packet longer than any of Opus is invalid, and its pieces are not kept`() throws {
        var ogg = OggBuilder()
        ogg.audio(1, granule: 960)
        let body = [31 << 3] + [UInt8](repeating: 1, count: 255 * 255 - 1)
        ogg.page(lacing: [UInt8](repeating: 255, count: 255), body: body, granule: -1)
        ogg.page(lacing: [3], body: [1, 2, 3], granule: 1920, flags: 1)
        ogg.audio(1, granule: 2880)
        #expect(try opusPackets(of: ogg.bytes).1.map(\.firstSample) == [0, 1920])
    }

    @Test func `chained Ogg streams are refused by name`() throws {
        let bytes = try CodedFixture("tiny.opus").bytes
        let error = try #require(throws: AudioCodingError.self) { try opusPackets(of: bytes + bytes) }
        #expect(error.problem.contains("chained"))
        #expect(error.offset == UInt64(bytes.count))
    }

    @Test func `multiplexed Ogg streams are refused by name`() throws {
        var ogg = OggBuilder()
        ogg.audio(1, granule: 960)
        ogg.serial = 8
        ogg.audio(1, granule: 960)
        let error = try #require(throws: AudioCodingError.self) { try opusPackets(of: ogg.bytes) }
        #expect(error.problem.contains("multiplexed"))
    }

    @Test func `a stream that is not Ogg, or not Opus, is an error`() throws {
        #expect(throws: AudioCodingError.self) { try opusPackets(of: []) }
        #expect(throws: AudioCodingError.self) { try opusPackets(of: CodedFixture("mono.aac").bytes) }
        var ogg = try CodedFixture("tiny.opus").bytes
        ogg.removeSubrange(..<47)
        #expect(throws: AudioCodingError.self) { try opusPackets(of: ogg) }
    }
}
