/// One way in which the audio of a recording is kept.
protocol RecordingCodec: Sendable {
    /// What stores and users call it.
    var name: AudioCodec { get }
}
