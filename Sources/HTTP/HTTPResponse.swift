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
}
