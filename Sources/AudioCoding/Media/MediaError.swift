public import Support

/// Why a media file cannot be opened or read.
public struct MediaError: DescribedError {
    /// The file.
    public let path: String
    /// What is wrong, for the user.
    public let problem: String
    /// The sample of one channel at which reading stopped, counted from the first that was read; nil if that is not known.
    public let sample: UInt64?
    /// The byte of the file at which the faulty packet begins; nil if that is not known.
    public let offset: UInt64?
    /// The error beneath.
    public let cause: (any Error)?

    init(
        _ path: String, _ problem: String, sample: UInt64? = nil, offset: UInt64? = nil, cause: (any Error)? = nil
    ) {
        self.path = path
        self.problem = problem
        self.sample = sample
        self.offset = offset
        self.cause = cause
    }

    /// The file, the place, and the problem.
    public var summary: String {
        var place = ""
        if let sample { place += ", sample \(sample)" }
        if let offset { place += ", byte \(offset)" }
        return "\(path)\(place): \(problem)"
    }
}

/// What is wrong with a packet or a stream; the error that names the file has it as its cause.
struct MediaFailure: DescribedError {
    let summary: String

    init(_ summary: String) {
        self.summary = summary
    }
}
