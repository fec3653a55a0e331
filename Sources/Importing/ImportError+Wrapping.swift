import AudioCoding
import Recordings
import WaveFile

extension ImportError {
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
