import Support
import Synchronization

/// A recording of a catalogue: found, and learned when it is first asked for.
public final class CatalogueEntry: Sendable {
    private enum State {
        case found(RecordingNode, RecordingOpener)
        case learned(Result<Recording, RecordingError>)
    }

    /// The path of its node in the store, without a leading slash.
    public let path: String
    /// The path of the group whose directory shows it; empty for the root.
    public let group: String
    /// Its number in the audio group; nil for an array that stands by itself.
    public let number: UInt64?
    /// The source file's name as the store has it, not yet fit to be a file name.
    public let sourceName: String
    private let state: Mutex<State>

    /// An entry of a recording that is known already.
    init(_ recording: Recording) {
        path = recording.path
        group = recording.group
        number = recording.number
        sourceName = recording.sourceName
        state = Mutex(.learned(Result { () throws(RecordingError) in try Self.servable(recording) }))
    }

    /// An entry of what was found at `node`, for `opener` to learn.
    init(_ node: RecordingNode, opener: RecordingOpener) {
        path = node.path
        group = node.group
        number = node.number
        sourceName = node.sourceName
        state = Mutex(.found(node, opener))
    }

    /// An entry of what a catalogue's file knows already, for `opener` to read.
    init(path: String, group: String, name: String, _ known: CatalogueFile.Entry, opener: RecordingOpener) {
        self.path = path
        self.group = group
        number = known.isGroup ? UInt64(name) : nil
        sourceName = known.facts.sourceName
        let samples = OnDemandRecording(path: path, announced: .init(known.facts), opener: opener)
        let recording = Recording(path: path, group: group, number: number, known.facts, samples)
        state = Mutex(.learned(Result { () throws(RecordingError) in try Self.servable(recording) }))
    }

    /// What the recording is, or why it cannot be served; nil where that is not known yet.
    public var known: Result<Recording, RecordingError>? {
        let known = state.withLockIfAvailable { state -> Result<Recording, RecordingError>? in
            guard case .learned(let result) = state else { return nil }
            return result
        }
        return known ?? nil
    }

    /// What the recording is, if that is known by now.
    public var knownRecording: Recording? { try? known?.get() }

    /// What the recording is, read now if it is not known yet: once for all who wait. Throws, at every call, why it cannot be
    /// served.
    public func recording() throws(RecordingError) -> Recording {
        try state.withLock { state throws(RecordingError) in
            switch state {
            case .learned(let result):
                return try result.get()
            case .found(let node, let opener):
                let result = Result { () throws(RecordingError) in try Self.servable(opener.learn(node)) }
                state = .learned(result)
                return try result.get()
            }
        }
    }

    private static func servable(_ recording: Recording) throws(RecordingError) -> Recording {
        guard recording.waveExtent != nil else {
            throw RecordingError("its WAV file would be too large to exist", recording: recording.path)
        }
        return recording
    }
}
