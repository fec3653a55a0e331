import Support

@testable import Commands
@testable import S3

extension Parsers {
    /// What services on other machines answer, and how users name them.
    static let remote: [String: Parser] = [
        "listing": { bytes in _ = S3Listing(bytes) },
        "credentials": { bytes in
            _ = TemporaryCredentials(json: bytes)
            _ = TemporaryCredentials(xml: bytes)
        },
        "profile": { bytes in _ = AWSSections.parse(String(decoding: bytes, as: UTF8.self)) },
        "address": { bytes in _ = StoreAddress(String(decoding: bytes, as: UTF8.self)).place },
    ]
}
