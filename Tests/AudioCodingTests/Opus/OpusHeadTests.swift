import Testing

@testable import AudioCoding

@Suite struct OpusHeadTests {
    /// A header of version 1 with a pre-skip of 312, a source of 16 kHz, a gain of -1 dB.
    private func head(version: UInt8 = 1, channels: UInt8, family: UInt8, table: [UInt8] = []) -> [UInt8] {
        Array("OpusHead".utf8) + [version, channels, 0x38, 0x01, 0x80, 0x3E, 0, 0, 0x00, 0xFF, family] + table
    }

    @Test func `mono and stereo need no table`() throws {
        let stereo = try OpusHead(head(channels: 2, family: 0))
        #expect(stereo.channels == 2)
        #expect(stereo.preSkip == 312)
        #expect(stereo.inputSampleRate == 16_000)
        #expect(stereo.outputGain == -256)
        #expect((stereo.streamCount, stereo.coupledCount) == (1, 1))
        let mono = try OpusHead(head(channels: 1, family: 0))
        #expect((mono.streamCount, mono.coupledCount) == (1, 0))
        #expect(mono.channelMapping == [0])
    }

    @Test func `Vorbis's order becomes WAVE's, and no other is touched`() throws {
        let table: [UInt8] = [4, 2, 0, 4, 1, 2, 3, 5]
        let surround = try OpusHead(head(channels: 6, family: 1, table: table))
        #expect(surround.channelMapping == [0, 4, 1, 2, 3, 5])
        #expect(surround.waveChannelMapping == [0, 1, 4, 5, 2, 3])
        let discrete = try OpusHead(head(channels: 6, family: 255, table: table))
        #expect(discrete.waveChannelMapping == discrete.channelMapping)
    }

    @Test func `the lower bits of the version do not matter, and bytes behind are allowed`() throws {
        #expect(try OpusHead(head(version: 15, channels: 1, family: 0) + [1, 2, 3]).channels == 1)
    }

    @Test(
        arguments: [
            ("family 2", 1, 4, 2, [4, 0, 0, 1, 2, 3]), ("family 3", 1, 4, 3, [4, 0, 0, 1, 2, 3]),
            ("version 16", 16, 1, 0, []), ("no channels", 1, 0, 0, []), ("3 channels", 1, 3, 0, []),
            ("9 channels", 1, 9, 1, [9, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]), ("cut short", 1, 3, 1, [2, 1, 0, 1]),
            ("contradicts", 1, 1, 1, [0, 0, 255]), ("contradicts", 1, 2, 1, [1, 2, 0, 1]),
            ("contradicts", 1, 2, 1, [1, 0, 0, 1]), ("contradicts", 1, 2, 255, [200, 100, 0, 1]),
        ] as [(String, UInt8, UInt8, UInt8, [UInt8])])
    func `what cannot be decoded is refused by name`(
        _ name: String, _ version: UInt8, _ channels: UInt8, _ family: UInt8, _ table: [UInt8]
    ) throws {
        let error = try #require(throws: AudioCodingError.self) {
            try OpusHead(head(version: version, channels: channels, family: family, table: table))
        }
        #expect(error.problem.contains(name), "\(error)")
    }

    @Test func `a header cut short anywhere is an error`() {
        let whole = head(channels: 6, family: 1, table: [4, 2, 0, 4, 1, 2, 3, 5])
        for count in whole.indices {
            #expect(throws: AudioCodingError.self) { try OpusHead(Array(whole[..<count])) }
        }
    }

    @Test(
        arguments: [
            ([0 << 3], 480), ([1 << 3], 960), ([3 << 3], 2880), ([12 << 3], 480), ([15 << 3], 960), ([16 << 3], 120),
            ([31 << 3], 960), ([31 << 3 | 1], 1920), ([31 << 3 | 2], 1920), ([31 << 3 | 3, 6], 5760),
            ([31 << 3 | 3, 7], nil),
            ([16 << 3 | 3, 48], 5760), ([16 << 3 | 3, 49], nil), ([31 << 3 | 3, 0], nil), ([31 << 3 | 3], nil),
            ([], nil),
        ] as [([UInt8], Int?)])
    func `a packet's first bytes say how many samples it has`(_ bytes: [UInt8], _ count: Int?) {
        #expect(OpusPacket.sampleCount(of: bytes) == count)
    }
}
