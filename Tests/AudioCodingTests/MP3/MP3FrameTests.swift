import Testing

@testable import AudioCoding

@Suite struct MP3FrameTests {
    static let streams = [
        "cbr.mp3", "vbr.mp3", "abr.mp3", "untagged.mp3", "checksums.mp3", "mpeg2.mp3", "mpeg25.mp3", "tags.mp3",
        "lavc.mp3", "shine.mp3", "mono.mp2", "joint.mp2", "dual.mp2", "mpeg2.mp2",
    ]

    @Test(arguments: streams)
    func `frames of MPEG audio are where ffprobe finds them, however the stream is cut`(name: String) throws {
        let fixture = try CodedFixture(name)
        for pieces in pieceByteCounts {
            let stream = try MP3Stream(fixture.bytes, pieces: pieces)
            #expect(stream.frames.map(\.offset) == fixture.packets.map(\.offset))
            #expect(stream.frames.map(\.byteCount) == fixture.packets.map(\.byteCount))
            let samples = UInt64(stream.header.samplesPerFrame)
            #expect(stream.frames.map(\.firstSample) == stream.frames.indices.map { UInt64($0) * samples })
            #expect(stream.skippedByteCount == 0)
        }
    }

    /// Tags of all kinds with frames in them, in the order in which they may stand behind each other at the end of a file.
    private static func tags(around frames: [UInt8]) -> (front: [[UInt8]], back: [[UInt8]]) {
        func size(_ count: Int) -> [UInt8] { [21, 14, 7, 0].map { UInt8(count >> $0 & 0x7F) } }
        func littleEndian(_ count: Int) -> [UInt8] { [0, 8, 16, 24].map { UInt8(count >> $0 & 0xFF) } }
        func ape(version: Int, flags: Int, _ content: [UInt8]) -> [UInt8] {
            Array("APETAGEX".utf8) + littleEndian(version) + littleEndian(content.count + 32) + [1, 0, 0, 0]
                + littleEndian(flags) + [UInt8](repeating: 0, count: 8)
        }
        let id3v2 = Array("ID3".utf8) + [3, 0, 0] + size(frames.count) + frames
        let withFooter = Array("ID3".utf8) + [4, 0, 0x10] + size(frames.count) + frames
        let footer = Array("3DI".utf8) + [4, 0, 0x10] + size(frames.count)
        let lyrics = Array("LYRICSBEGIN".utf8) + frames
        let digits = Array(String(lyrics.count + 1_000_000).utf8.suffix(6))
        let id3v1 = Array("TAG".utf8) + frames.prefix(125)
        return (
            [id3v2, withFooter + footer],
            [
                id3v1, Array("TAG+".utf8) + frames.prefix(223) + id3v1,
                frames + ape(version: 1000, flags: 0, frames),
                ape(version: 2000, flags: 0xA000_0000, frames) + frames
                    + ape(version: 2000, flags: 0x8000_0000, frames),
                lyrics + digits + Array("LYRICS200".utf8), lyrics + Array("LYRICSEND".utf8), withFooter + footer,
            ]
        )
    }

    @Test(arguments: ["untagged.mp3", "cbr.mp3", "mpeg25.mp3", "joint.mp2"])
    func `tags around the sound are passed over, and no frame is taken out of them`(name: String) throws {
        let bytes = try CodedFixture(name).bytes
        let plain = try MP3Stream(bytes)
        let tags = Self.tags(around: Array(bytes[Int(plain.frames[1].offset)...].prefix(2000)))
        let front = Array((tags.front + tags.front).joined())
        for back in tags.back.map({ [$0] }) + [tags.back.reversed(), [tags.back[3], tags.back[0]]] {
            let tagged = try MP3Stream(front + bytes + back.joined(), pieces: 999)
            #expect(tagged.frames.map(\.offset) == plain.frames.map { $0.offset + UInt64(front.count) })
            #expect(tagged.frames.map(\.byteCount) == plain.frames.map(\.byteCount))
            #expect(tagged.skippedByteCount == 0)
        }
    }

    @Test func `a tag among frames is passed over`() throws {
        let bytes = try CodedFixture("untagged.mp3").bytes
        let plain = try MP3Stream(bytes)
        let tag = Self.tags(around: Array(bytes.prefix(2000))).front[0]
        let place = Int(plain.frames[4].offset)
        let stream = try MP3Stream(bytes[..<place] + tag + bytes[place...], pieces: 100)
        #expect(stream.frames.count == plain.frames.count)
        #expect(stream.frames[4].offset == UInt64(place + tag.count))
        #expect(stream.skippedByteCount == 0)
    }

    @Test func `after damage the chain is taken up where two headers follow each other`() throws {
        let bytes = try CodedFixture("untagged.mp3").bytes
        let plain = try MP3Stream(bytes)
        var damaged = bytes
        damaged[Int(plain.frames[4].offset)] = 0
        let stream = try MP3Stream(damaged)
        #expect(stream.frames.map(\.offset) == (plain.frames[..<4] + plain.frames[5...]).map(\.offset))
        #expect(stream.skippedByteCount == UInt64(plain.frames[4].byteCount))
        // A lone header among other bytes is no frame.
        let junk = [1, 2, 3, 0xFF, 0xFB, 0x50, 0xC0] + [UInt8](repeating: 7, count: 900)
        let place = Int(plain.frames[4].offset)
        let interrupted = try MP3Stream(bytes[..<place] + junk + bytes[place...])
        #expect(
            interrupted.frames.map(\.offset)
                == plain.frames.map { $0.offset + ($0.offset < UInt64(place) ? 0 : UInt64(junk.count)) })
        #expect(interrupted.skippedByteCount == UInt64(junk.count))
    }

    @Test func `junk at the front is passed over`() throws {
        let bytes = try CodedFixture("untagged.mp3").bytes
        let plain = try MP3Stream(bytes)
        for junk in [[UInt8](repeating: 0, count: 5000), [0xFF, 0xFB, 0x50, 0xC0, 1, 2, 3]] {
            #expect(
                try MP3Stream(junk + bytes).frames.map(\.offset) == plain.frames.map { $0.offset + UInt64(junk.count) })
        }
    }

    @Test func `the last frame may be cut short behind its header, as ffmpeg decodes it`() throws {
        let bytes = try CodedFixture("untagged.mp3").bytes
        let last = try #require(try MP3Stream(bytes).frames.last)
        for left in [4, 5, 20, last.byteCount - 1] {
            let stream = try MP3Stream(Array(bytes.prefix(Int(last.offset) + left)), pieces: 100)
            #expect(stream.frames.last?.offset == last.offset)
            #expect(stream.frames.last?.byteCount == left)
        }
        #expect(try MP3Stream(Array(bytes.prefix(Int(last.offset) + 3))).frames.last?.offset != last.offset)
        // What is missing of it is taken from a tag, as ffmpeg does.
        let tagged = try MP3Stream(
            bytes.prefix(Int(last.offset) + 50) + Array("TAG".utf8) + [UInt8](repeating: 1, count: 125))
        #expect(tagged.frames.last?.byteCount == min(last.byteCount, 50 + 128))
    }

    @Test(arguments: [
        ("cbr.mp3", "vbr.mp3", "from MPEG-1 layer III, 44100 Hz, 2 channels to MPEG-1 layer III, 48000 Hz, 2 channels"),
        ("untagged.mp3", "cbr.mp3", "to MPEG-1 layer III, 44100 Hz, 2 channels"),
        ("cbr.mp3", "joint.mp2", "to MPEG-1 layer II, 44100 Hz, 2 channels"),
        (
            "mpeg25.mp3", "mpeg2.mp2",
            "from MPEG-2.5 layer III, 8000 Hz, 1 channel to MPEG-2 layer II, 16000 Hz, 1 channel"
        ),
    ])
    func `a stream that changes is refused by name`(name: String, other: String, change: String) throws {
        let bytes = try CodedFixture(name).bytes
        let error = try #require(throws: AudioCodingError.self) {
            try MP3Stream(bytes + CodedFixture(other).bytes, pieces: 500)
        }
        #expect(error.problem.contains(change), "\(error.problem)")
        #expect(error.offset == UInt64(bytes.count))
    }

    @Test func `free format is refused by name`() throws {
        let error = try #require(throws: AudioCodingError.self) { try MP3Stream(CodedFixture("freeformat.mp3").bytes) }
        #expect(error.problem.contains("free format is not supported"), "\(error.problem)")
        #expect(error.problem.contains("MPEG-1 layer III, 44100 Hz, 1 channel"))
    }

    @Test func `layer I is refused by name`() throws {
        let frame = [0xFF, 0xFF, 0xC0, 0x00] + [UInt8](repeating: 0, count: 412)
        let error = try #require(throws: AudioCodingError.self) { try MP3Stream(frame + frame + frame) }
        #expect(error.problem.contains("layer I is not supported"), "\(error.problem)")
    }

    @Test func `what has no frames is an error`() throws {
        for bytes in [[], Array("TAG".utf8), [UInt8](repeating: 0, count: 100_000), try CodedFixture("mono.aac").bytes]
        {
            let error = try #require(throws: AudioCodingError.self) { try MP3Stream(bytes) }
            #expect(error.problem == "the stream has no frame")
        }
    }
}
