public import Support
import Zarr

/// Why a recording, or a range of it, cannot be served.
public struct RecordingError: DescribedError {
    /// What happened, for the user.
    public let problem: String
    /// The recording's path in the store; empty for the root.
    public let recording: String
    /// The samples (of one channel) that cannot be read; nil if the error concerns the whole recording.
    let samples: Range<UInt64>?
    /// The error beneath.
    public let cause: (any Error)?

    /// An error about `recording`, or about its `samples`.
    public init(_ problem: String, recording: String, samples: Range<UInt64>? = nil, cause: (any Error)? = nil) {
        self.problem = problem
        self.recording = recording
        self.samples = samples
        self.cause = cause
    }

    /// Whether the recording is another one than when it was opened: whoever opens it anew can read it.
    public var isChange: Bool { storeFailure == .changed }

    /// Whether a server does not permit this program to read it.
    public var isForbidden: Bool { storeFailure == .forbidden }

    /// What sort of failure of the store is beneath; nil if none is.
    private var storeFailure: StoreError.Kind? {
        var error: (any Error)? = cause
        while let current = error {
            if let failure = current as? StoreError { return failure.kind }
            error = (current as? any DescribedError)?.cause
        }
        return nil
    }

    /// The recording, the samples, and the problem.
    public var summary: String {
        let place = "/\(recording)"
        guard let samples else { return "\(place): \(problem)" }
        return "\(place): samples \(samples.lowerBound)..<\(samples.upperBound): \(problem)"
    }
}
