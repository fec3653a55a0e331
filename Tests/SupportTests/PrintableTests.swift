import Support
import Testing

struct PrintableTests {
    @Test(arguments: [
        ("a\tb\r\n", #"a\tb\r\n"#), ("\u{1B}[2J", #"\u{1B}[2J"#), ("a\u{202E}b", #"a\u{202E}b"#),
        ("\u{200F}", #"\u{200F}"#),
        ("a\u{2029}", #"a\u{2029}"#), ("für א 雨 👩‍🔬.wav", "für א 雨 👩‍🔬.wav"),
    ])
    func `a text for people has no control characters and nothing that changes the direction of writing`(
        text: String, shown: String
    ) {
        #expect(text.escapingControlCharacters == shown)
    }

    @Test(arguments: [
        ("https://user:secret@host/a.zarr", "https://…@host/a.zarr"),
        ("http://host/a@b?X-Amz-Signature=c", "http://host/a@b?…"),
        ("key:secret@birds", "…@birds"), ("s3://a:b@c@birds/x", "s3://…@birds/x"),
        ("http://host?a/b@c", "http://host?…"),
        ("s3://birds/a.zarr", "s3://birds/a.zarr"), ("", ""),
    ])
    func `an address for people has no password and no signature`(address: String, shown: String) {
        #expect(address.withoutSecrets == shown)
    }

    @Test func `JSON text has no characters that change the direction of writing, and is the same document`() {
        #expect("{\"a\":\"b\u{202E}c\u{61C}\"}".escapingDirectionsInJSON == #"{"a":"b\u202ec\u061c"}"#)
        #expect("{\"a\":\"für א\"}".escapingDirectionsInJSON == "{\"a\":\"für א\"}")
    }

    @Test func `a name that its text does not show has its bytes in base64`() {
        #expect("a.wav".base64HiddenBytes == nil && "für.wav".base64HiddenBytes == nil)
        #expect("a\u{1B}".base64HiddenBytes == "YRs=")
        #expect(String(fileBytes: [0x61, 0xFF]).base64HiddenBytes == "Yf8=")
    }
}
