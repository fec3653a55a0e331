public import Support

/// Why nothing could be mounted, or why a mount came to an end it should not have.
public struct FuseError: DescribedError {
    /// What happened and, where there is something to do about it, what.
    public let summary: String

    init(_ summary: String) {
        self.summary = summary
    }
}
