import Support

/// The answer of a server. See RFC 9110.
public struct HTTPResponse: Sendable {
    /// The status code: 200, 206, 404 …
    public let status: Int
    /// The header fields; names are in lower case.
    public let fields: [String: String]
    /// What was received.
    public let body: [UInt8]

    /// The value of the field `name`, which is in lower case; nil if there is none.
    public subscript(name: String) -> String? { fields[name] }

    /// Whether it is a page for people, as proxies send instead of what was asked for.
    public var isPage: Bool { self["content-type"]?.lowercased().hasPrefix("text/html") ?? false }

    /// How many milliseconds the server asks to wait before another attempt; nil if it does not say that in seconds (RFC 9110, section
    /// 10.2.3).
    var retryMilliseconds: Int? {
        self["retry-after"].flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0.multiplied(by: 1000) }
    }
}
