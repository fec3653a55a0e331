/// A request to a server. See RFC 9110.
public struct HTTPRequest: Sendable {
    /// What is to be done with the resource.
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case put = "PUT"
        case post = "POST"
        case delete = "DELETE"
    }

    /// What is to be done.
    public var method: Method
    /// The whole address, its special characters encoded.
    public var url: String
    /// Names and values of header fields besides those that are sent with every request.
    public var fields: [(name: String, value: String)]
    /// What is sent.
    public var body: [UInt8]
    /// The most bytes that the answer may have.
    public var responseLimit: Int
    /// Whether a redirect within the scheme is followed. What is signed cannot be redirected.
    public var followsRedirects = true

    /// How long the server may let the client wait for a connection, or for the next byte, in milliseconds; nil for as long as the settings
    /// permit, which is also the longest.
    var milliseconds: Int?

    /// The address for people: without a query, which may be signed.
    var shownURL: String { String(url.prefix { $0 != "?" }) }

    /// A request without a body, whose answer has `responseLimit` bytes at most.
    public init(_ method: Method, _ url: String, fields: [(name: String, value: String)] = [], responseLimit: Int) {
        self.method = method
        self.url = url
        self.fields = fields
        body = []
        self.responseLimit = responseLimit
    }
}
