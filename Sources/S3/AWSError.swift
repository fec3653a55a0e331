public import Support

/// Why it is not known how a service is reached, or by which credentials.
public struct AWSError: DescribedError {
    /// What is wrong. Never has credentials.
    public let summary: String
    /// The error beneath, if there is one.
    public let cause: (any Error)?

    init(_ summary: String, cause: (any Error)? = nil) {
        self.summary = summary
        self.cause = cause
    }
}
