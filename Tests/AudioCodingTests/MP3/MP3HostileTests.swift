import Testing

@testable import AudioCoding

/// MPEG audio with every byte changed, every length cut: nothing may trap, hang or run away.
@Suite struct MP3HostileTests {
    private func readAll(_ bytes: [UInt8]) {
        guard let stream = try? MP3Stream(bytes) else { return }
        var end: UInt64 = 0
        for frame in stream.frames {
            #expect(frame.offset >= end && frame.byteCount >= MP3Header.byteCount)
            end = frame.offset + UInt64(frame.byteCount)
        }
        #expect(end <= UInt64(bytes.count))
        if let heard = try? stream.heard {
            #expect(heard.upperBound <= stream.frames.count * stream.frameByteCount)
        }
        _ = try? stream.samples(of: 0..<stream.frames.count)
    }

    @Test(arguments: ["cbr.mp3", "mpeg25.mp3", "checksums.mp3", "joint.mp2"])
    func `MPEG audio with any byte changed or missing is read without harm`(name: String) throws {
        let whole = try MP3Stream(CodedFixture(name).bytes)
        let bytes = Array(whole.bytes[..<Int(whole.frames[3].offset)])
        for index in bytes.indices {
            var damaged = bytes
            for change: UInt8 in [0x01, 0x80, 0xFF] {
                damaged[index] = bytes[index] ^ change
                readAll(damaged)
            }
            readAll(Array(bytes[..<index]))
        }
    }

    @Test func `tags of any size are read without harm`() throws {
        let sound = try CodedFixture("untagged.mp3").bytes
        let largest: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        let ape =
            Array("APETAGEX".utf8) + [0xD0, 7, 0, 0] + largest + largest + largest + [UInt8](repeating: 0, count: 8)
        let id3 = Array("ID3".utf8) + [4, 0, 0x10, 0x7F, 0x7F, 0x7F, 0x7F]
        let lyrics = [Array("LYRICSBEGIN999999LYRICS200".utf8), Array("LYRICSBEGIN-00001LYRICS200".utf8)]
        for tag in [ape, id3, Array("3DI".utf8) + id3[3...]] + lyrics {
            readAll(sound + tag)
            readAll(tag + sound)
            readAll(tag)
            readAll(sound.prefix(Int(try MP3Stream(sound).frames[3].offset)) + tag + sound)
        }
    }

    @Test func `bytes that look like headers everywhere are read in linear time`() throws {
        for pattern: [UInt8] in [
            [0xFF], [0xFF, 0xFB], [0xFF, 0xFB, 0x90, 0x00], [0xFF, 0xE3, 0x00, 0x00], [0xFF, 0xFB, 0x00],
        ] {
            readAll(Array([[UInt8]](repeating: pattern, count: 100_000).joined()))
        }
    }
}
