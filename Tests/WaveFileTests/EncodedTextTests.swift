import Testing

@testable import WaveFile

@Suite struct `A text in a chunk` {
    @Test(
        arguments: [
            ([0x42, 0xC3, 0xA4, 0x75, 0x6D, 0x65], "Bäume"),
            ([0x42, 0xE4, 0x75, 0x6D, 0x65], "Bäume"),
            ([0x31, 0x39, 0xB0, 0x43], "19°C"),
            ([0x80, 0x92, 0x81, 0xFF], "\u{20AC}\u{2019}\u{81}ÿ"),
            // Cut within a character: UTF-8 all the same.
            ([0x42, 0xC3, 0xA4, 0x75, 0xC3], "Bäu\u{FFFD}"), ([0x61, 0xF0, 0x9F, 0x90], "a\u{FFFD}"),
            // A single one at the end is a letter.
            ([0x66, 0xFC], "fü"), ([0x66, 0xFC, 0x72], "für"), ([], ""),
        ] as [([UInt8], String)])
    func `is UTF-8, or else Windows-1252`(bytes: [UInt8], text: String) {
        #expect(String(encoded: bytes[...]) == text)
        #expect(WaveMetadata.text((bytes + [0, 0x78])[...]) == text)
    }

    @Test func `shows coordinates in Windows-1252 to those who hide them`() {
        let text = WaveMetadata.text(Array("N 49".utf8) + [0xB0] + Array("05' E 5".utf8) + [0xB0][...])
        #expect(text == "N 49°05' E 5°")
        #expect(text.hasCoordinates)
    }
}
