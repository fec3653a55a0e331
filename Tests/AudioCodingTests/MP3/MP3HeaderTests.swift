import Testing

@testable import AudioCoding

@Suite struct MP3HeaderTests {
    private func header(_ bytes: UInt8...) -> MP3Header? {
        bytes.withUnsafeBytes { MP3Header.parse($0) }
    }

    @Test(arguments: [
        ("cbr.mp3", MP3Header.Version.mpeg1, 3, 128_000, 44_100, 2, 1152),
        ("untagged.mp3", .mpeg1, 3, 64_000, 44_100, 1, 1152),
        ("mpeg2.mp3", .mpeg2, 3, 40_000, 16_000, 2, 576),
        ("mpeg25.mp3", .mpeg25, 3, 8000, 8000, 1, 576),
        ("mono.mp2", .mpeg1, 2, 96_000, 48_000, 1, 1152),
        ("dual.mp2", .mpeg1, 2, 96_000, 32_000, 2, 1152),
        ("mpeg2.mp2", .mpeg2, 2, 32_000, 16_000, 1, 1152),
    ])
    func `the header says what the encoder was told`(
        name: String, version: MP3Header.Version, layer: Int, bitRate: Int, sampleRate: UInt32, channels: Int,
        samplesPerFrame: Int
    ) throws {
        let header = try MP3Layout(of: CodedFixture(name).stream).header
        #expect(header.version == version)
        #expect(header.layer == layer)
        #expect(header.bitRate == bitRate)
        #expect(header.sampleRate == sampleRate)
        #expect(header.channels == channels)
        #expect(header.samplesPerFrame == samplesPerFrame)
        #expect(!header.hasCRC)
    }

    @Test func `a header says whether a checksum follows`() throws {
        #expect(try MP3Layout(of: CodedFixture("checksums.mp3").stream).header.hasCRC)
    }

    @Test func `frames are as long as their bit rate, sample rate and padding say`() {
        #expect(header(0xFF, 0xFB, 0x90, 0x00)?.frameByteCount == 417)
        #expect(header(0xFF, 0xFB, 0x92, 0x00)?.frameByteCount == 418)
        #expect(header(0xFF, 0xFB, 0xE8, 0x00)?.frameByteCount == 1440)
        #expect(header(0xFF, 0xFD, 0xE8, 0x00)?.frameByteCount == 1728)
        #expect(header(0xFF, 0xF3, 0x14, 0xC0)?.frameByteCount == 24)
        #expect(header(0xFF, 0xE3, 0x18, 0xC0)?.frameByteCount == 72)
        #expect(header(0xFF, 0xE5, 0xEA, 0xC0)?.frameByteCount == MP3Header.frameByteCountLimit)
        // Layer I, in slots of four bytes.
        #expect(header(0xFF, 0xFF, 0xC2, 0x00)?.frameByteCount == 420)
    }

    @Test func `what no frame begins with is no header`() {
        #expect(header(0xFF, 0xDB, 0x90, 0x00) == nil)  // ten bits of sync
        #expect(header(0xFF, 0xEB, 0x90, 0x00) == nil)  // a version that is reserved
        #expect(header(0xFF, 0xF9, 0x90, 0x00) == nil)  // a layer that is reserved
        #expect(header(0xFF, 0xFB, 0xF0, 0x00) == nil)  // a bit rate that is forbidden
        #expect(header(0xFF, 0xFB, 0x9C, 0x00) == nil)  // a sample rate that is reserved
        #expect(header(0xFF, 0xFB, 0x90) == nil)
    }
}
