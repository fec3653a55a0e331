public import Support

/// Why a volume could not be mounted, or why a mount ended unexpectedly.
public struct FuseError: DescribedError {
    /// What happened, and what to do about it if something can be done.
    public let summary: String

    init(_ summary: String) {
        self.summary = summary
    }
}
