public import Support

/// An error in a file that is read as WAV.
public struct WaveSourceError: DescribedError {
    /// What is wrong, for the user.
    let problem: String
    /// The place in the file, in bytes from its start, if known.
    let offset: UInt64?
    /// The error of the source that the file is read from.
    public let cause: (any Error)?

    /// An error about a WAV file.
    init(_ problem: String, at offset: UInt64? = nil, cause: (any Error)? = nil) {
        self.problem = problem
        self.offset = offset
        self.cause = cause
    }

    /// The byte and the problem.
    public var summary: String {
        guard let offset else { return problem }
        return "byte \(offset): \(problem)"
    }
}
