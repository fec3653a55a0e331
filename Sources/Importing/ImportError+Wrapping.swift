import AudioCoding
import Recordings
import WaveFile

extension ImportError {
    /// `--strict` refuses a source because of the damage that `notes` report.
    init(damaged notes: [String]) {
        self.init("\(notes.joined(separator: "; ")): without --strict it is imported as far as it goes")
    }

    /// `error` itself if it is an `ImportError`; else one that names it as its cause.
    init(wrapping error: any Error) {
        switch error {
        case let error as ImportError: self = error
        // The path is left out: what is printed begins with it.
        case let error as MediaError:
            self.init(
                String(error.summary.dropFirst(error.path.count).drop { ",: ".contains($0) }), cause: error.cause)
        case let error as WaveSourceError: self.init("is no whole WAV file", cause: error)
        default: self.init("cannot be imported", cause: error)
        }
    }
}
