import AudioCoding
public import Support
import WaveFile

/// Why a source is not imported.
public struct ImportError: DescribedError {
    /// What stands in the way, and what to do about it where something can be done.
    public let summary: String
    /// The error beneath.
    public let cause: (any Error)?

    /// An error that says what stands in the way.
    public init(_ summary: String, cause: (any Error)? = nil) {
        self.summary = summary
        self.cause = cause
    }

    /// `error` itself if it is one of these.
    init(wrapping error: any Error) {
        switch error {
        case let error as ImportError: self = error
        // Who reads this knows which file it is about.
        case let error as MediaError:
            self.init(
                String(error.summary.dropFirst(error.path.count).drop { ",: ".contains($0) }), cause: error.cause)
        case let error as WaveSourceError: self.init("is no whole WAV file", cause: error)
        default: self.init("cannot be imported", cause: error)
        }
    }
}
