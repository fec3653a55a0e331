public import Support

/// A key that could not be read from its store, or not written to it.
public struct StoreError: DescribedError {
    /// What happened.
    public let problem: String
    /// The key it happened to, or the prefix that was listed.
    public let key: String
    /// What the system said, where it was the system.
    public let cause: (any Error)?

    /// An error about `key`.
    public init(_ problem: String, key: String, cause: (any Error)? = nil) {
        self.problem = problem
        self.key = key
        self.cause = cause
    }

    /// The key and the problem.
    public var summary: String { "/\(key): \(problem)" }
}
