import Support
import Synchronization

/// A recording of a catalogue: found, and learned when it is first asked for.
public final class CatalogueEntry: Sendable {
    /// The path of its node in the store, without a leading slash.
    public let path: String
    /// The path of the group whose directory shows it; empty for the root.
    public let group: String
    /// Its number in the audio group; nil for an array that stands by itself.
    public let number: UInt64?
    /// The source file's name as the store has it, not yet fit to be a file name.
    public let sourceName: String
    /// What it is to be learned from; nil once that is done.
    private let source: Mutex<(node: RecordingNode, opener: RecordingOpener)?>
    private let learned: SingleFlight<Result<Recording, RecordingError>>

    /// An entry of a recording that is known already.
    init(_ recording: Recording) {
        path = recording.path
        group = recording.group
        number = recording.number
        sourceName = recording.sourceName
        source = Mutex(nil)
        learned = SingleFlight(Self.servable(recording))
    }

    /// An entry of what was found at `node`, for `opener` to learn.
    init(_ node: RecordingNode, opener: RecordingOpener) {
        path = node.path
        group = node.group
        number = node.number
        sourceName = node.sourceName
        source = Mutex((node, opener))
        learned = SingleFlight()
    }

    /// An entry of what a catalogue's file knows already, for `opener` to read.
    convenience init(_ known: RecordingFacts, opener: RecordingOpener) {
        self.init(Recording(known, OnDemandRecording(known, opener: opener)))
    }

    /// What the recording is, or why it cannot be served; nil where that is not known yet.
    public var known: Result<Recording, RecordingError>? { learned.current }

    /// What the recording is, if that is known by now.
    public var knownRecording: Recording? { try? known?.get() }

    /// What the recording is, read now if it is not known yet: once for all who wait. Throws, at every call, why it cannot be
    /// served.
    public func recording() throws(RecordingError) -> Recording {
        try learned.get { learn() }.get()
    }

    private func learn() -> Result<Recording, RecordingError> {
        guard let (node, opener) = source.withLock({ $0.take() }) else {
            return .failure(RecordingError("is known already", recording: path))
        }
        do throws(RecordingError) {
            return Self.servable(try opener.learn(node))
        } catch {
            return .failure(error)
        }
    }

    private static func servable(_ recording: Recording) -> Result<Recording, RecordingError> {
        guard recording.waveExtent != nil else {
            let problem = "its WAV file would be too large to exist"
            return .failure(RecordingError(problem, recording: recording.path))
        }
        return .success(recording)
    }
}
