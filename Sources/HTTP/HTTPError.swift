public import Support

/// A request that has no answer that can be used.
public struct HTTPError: DescribedError {
    /// What sort of failure it is, for callers that treat them differently.
    public enum Kind: Sendable, Equatable {
        /// The server could not be reached, or the answer is not whole: it may work another time.
        case transport
        /// Nothing will change by trying again: the address, the certificate, or the answer itself is wrong.
        case lasting
        /// The answer has more bytes than the request allows: as many as that, if the server says so.
        case tooLong(size: UInt64?)
    }

    /// What sort of failure it is.
    public let kind: Kind
    /// What happened, for people. Never has credentials, which only header fields do.
    public let summary: String
    /// The error beneath, if there is one.
    public let cause: (any Error)?

    /// An error for people.
    public init(_ kind: Kind, _ summary: String, cause: (any Error)? = nil) {
        self.kind = kind
        self.summary = summary
        self.cause = cause
    }
}
