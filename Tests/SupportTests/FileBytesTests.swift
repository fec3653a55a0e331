import Support
import Testing

struct FileBytesTests {
    private static let names: [[UInt8]] =
        ["plain.wav", "caf\u{E9}.wav", "\u{1F426}", "a\u{10FF80}b", "\u{10FFFF}", "\u{10FF7F}", ""].map {
            Array($0.utf8)
        }
        + [[0xE9], [0x63, 0xE9, 0x2E], [0xFF, 0xFE], [0xF0, 0x9F, 0x90], [0xC3, 0x28], [0xF4, 0x8F, 0xBE]]

    @Test(arguments: names)
    func `the bytes of every name can be had back from its text`(bytes: [UInt8]) {
        let text = String(fileBytes: bytes)
        #expect(text.fileBytes == bytes)
        #expect(text.displayedName == String(decoding: bytes, as: UTF8.self))
        #expect(String(documented: text.displayedName, base64: text.base64FileBytes) == text)
    }

    @Test func `a name that is UTF-8 is its text, and has no bytes beside it`() {
        let text = String(fileBytes: Array("caf\u{E9}.wav".utf8))
        #expect(text == "caf\u{E9}.wav")
        #expect(text.base64FileBytes == nil)
        #expect(String(fileBytes: [0x63, 0xE9]).base64FileBytes == "Y+k=")
    }

    @Test func `the system is given the bytes of a name, with a zero behind them`() {
        let bytes = String(fileBytes: [0x63, 0xE9]).withFileName { name in (0..<3).map { UInt8(bitPattern: name[$0]) } }
        #expect(bytes == [0x63, 0xE9, 0])
    }
}
