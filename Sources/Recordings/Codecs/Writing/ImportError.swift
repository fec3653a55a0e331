public import Support

/// Why a source is not imported.
public struct ImportError: DescribedError {
    /// What stands in the way, and what can be done about it.
    public let summary: String
    /// The error beneath.
    public let cause: (any Error)?

    /// An error that says what stands in the way.
    public init(_ summary: String, cause: (any Error)? = nil) {
        self.summary = summary
        self.cause = cause
    }
}
