import Testing

@testable import HTTP

/// Encoding of names in addresses.
struct PercentEncodingTests {
    @Test func `all bytes but unreserved ones are encoded, slashes unless they are a path's`() {
        let text = "AZaz09-._~/ é+&=?#%\n\u{0}"
        #expect(PercentEncoding.encoded(text) == "AZaz09-._~%2F%20%C3%A9%2B%26%3D%3F%23%25%0A%00")
        #expect(PercentEncoding.encoded(text, isPath: true) == "AZaz09-._~/%20%C3%A9%2B%26%3D%3F%23%25%0A%00")
        #expect(PercentEncoding.encoded("") == "")
    }

    @Test(arguments: [
        ("a%2Fb", "a/b"), ("a+b%20c%2Bd", "a b c+d"), ("%C3%A9%c3%a9", "éé"), ("%01%0A%00", "\u{1}\n\u{0}"),
        ("%EF%BF%BF", "\u{FFFF}"), ("%2541", "%41"), ("", ""), ("100%", "100%"), ("%4", "%4"),
        ("%-1%+1%g0", "%-1% 1%g0"), ("é/x", "é/x"), ("%C3", "\u{FFFD}"),
    ])
    func `what is encoded as in a form is decoded, and what is no encoding is left as it is`(
        encoded: String, text: String
    ) {
        #expect(PercentEncoding.decodedForm(encoded) == text)
    }
}
