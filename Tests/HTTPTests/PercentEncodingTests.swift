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
}
