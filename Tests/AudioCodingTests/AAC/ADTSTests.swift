import Testing

@testable import AudioCoding

@Suite struct ADTSTests {
    static let streams = [
        "mono.aac", "stereo.aac", "noise.aac", "lowrate.aac", "surround6.aac", "surround8.aac", "pce4.aac",
        "highefficiency.aac",
    ]

    @Test(arguments: streams)
    func `ADTS frames are those that ffprobe finds, in pieces of any size`(name: String) throws {
        let fixture = try CodedFixture(name)
        for pieces in pieceByteCounts {
            let frames = try adtsFrames(of: fixture.bytes, pieces: pieces)
            #expect(frames.map(\.offset) == fixture.packets.map(\.offset))
            #expect(frames.map(\.byteCount) == fixture.packets.map(\.byteCount))
            #expect(frames.map(\.firstSample) == frames.indices.map { UInt64($0) * 1024 })
        }
    }

    @Test func `an ADTS header has the settings of the encoder`() throws {
        let header = try #require(try CodedFixture("surround6.aac").bytes.withUnsafeBytes { ADTSHeader.parse($0) })
        #expect(header.channelConfiguration == 6)
        #expect(header.objectType == 2)
        #expect(header.rawDataBlockCount == 1)
        let own = try #require(try CodedFixture("pce4.aac").bytes.withUnsafeBytes { ADTSHeader.parse($0) })
        #expect(own.channelConfiguration == 0)
    }

    @Test func `ID3v2 tags before an ADTS stream are skipped, and do not count as damage`() throws {
        let fixture = try CodedFixture("mono.aac")
        // The bytes of the tag look like the start of a frame.
        let tag = Array("ID3".utf8) + [3, 0, 0, 0, 0, 0, 100] + [UInt8](repeating: 0xFF, count: 100)
        for pieces in pieceByteCounts {
            var scanner = ADTSScanner(samplesPerFrame: 2048)
            let found = try forEachPiece(of: tag + tag + fixture.bytes, pieces) { try scanner.consume($0) }
            let frames = try found + scanner.finish()
            #expect(frames.map(\.offset) == fixture.packets.map { $0.offset + 220 })
            #expect(frames.last?.firstSample == UInt64(frames.count - 1) * 2048)
            #expect(scanner.skippedByteCount == 0)
        }
    }

    @Test func `after damage, ADTS frames are found again where two headers follow each other`() throws {
        let fixture = try CodedFixture("stereo.aac")
        let frames = try adtsFrames(of: fixture.bytes)
        var bytes = fixture.bytes
        bytes[Int(frames[4].offset)] = 0
        var scanner = ADTSScanner(samplesPerFrame: 1024)
        let found = try forEachPiece(of: bytes, .max) { try scanner.consume($0) } + scanner.finish()
        // Frame 3 is not followed by a header any more, frame 4 has none.
        #expect(found.map(\.offset) == (frames[..<3] + frames[5...]).map(\.offset))
        #expect(scanner.skippedByteCount == UInt64(frames[3].byteCount + frames[4].byteCount))
    }

    @Test func `an ADTS frame that is cut short at the end is left out`() throws {
        let fixture = try CodedFixture("stereo.aac")
        let frames = try adtsFrames(of: fixture.bytes)
        #expect(try adtsFrames(of: fixture.bytes.dropLast()).count == frames.count - 1)
    }

    @Test func `ADTS frames of several raw data blocks are refused by name`() throws {
        var fixture = try CodedFixture("mono.aac")
        fixture.bytes[6] |= 1
        let error = try #require(throws: AudioCodingError.self) { try adtsFrames(of: fixture.bytes) }
        #expect(error.problem.contains("2 raw data blocks"))
        #expect(error.offset == 0)
    }
}
