import Recordings
import Support
import WaveFile

/// The samples of a recording, or a range of them, with the bytes around them: all that a WAV file has.
struct RecordingSound: Sendable {
    let recording: Recording
    /// How many bytes come before the samples, belong to them, and come after them.
    let extent: WaveExtent
    /// Which bytes of the recording's samples are in the file.
    let bytes: Range<UInt64>
    /// The source's bytes around the samples, if the file has them: they may be many.
    let envelope: SourceEnvelope?
    private let makeLayout: @Sendable () throws(RecordingError) -> WaveLayout?

    /// The WAV file of `recording`; nil if no file can be that large.
    init?(_ recording: Recording) {
        guard let extent = recording.waveExtent else { return nil }
        self.recording = recording
        self.extent = extent
        bytes = 0..<recording.dataByteCount
        envelope = recording.envelope
        makeLayout = { () throws(RecordingError) in try recording.waveLayout() }
    }

    /// The WAV file of `excerpt`, which is one of `recording`.
    init(_ recording: Recording, excerpt: WaveExcerpt) {
        self.recording = recording
        extent = excerpt.extent
        bytes = excerpt.bytes
        envelope = nil
        makeLayout = { () throws(RecordingError) in try excerpt.layout(of: recording) }
    }

    /// All that is around the samples.
    func layout() throws(RecordingError) -> WaveLayout {
        guard let layout = try makeLayout() else {
            throw RecordingError("its WAV file would be too large to exist", recording: recording.path)
        }
        return layout
    }
}
