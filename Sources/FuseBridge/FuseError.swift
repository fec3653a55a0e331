public import Support

/// Why a volume could not be mounted, or why a mount ended unexpectedly.
public struct FuseError: DescribedError {
    /// What happened, and what to do about it if something can be done.
    public let summary: String

    init(_ summary: String) {
        self.summary = summary
    }

    /// `problem` and what libfuse said of it; or `otherwise`, if it said nothing.
    init(_ complaints: [String], otherwise: String, problem: String = "") {
        self.init(problem + (complaints.isEmpty ? otherwise : complaints.joined(separator: "; ")))
    }
}
