/// A kind of file that a recording can be had as, each with names of its own.
public enum RecordingFileKind: Sendable {
    /// The WAV file that a mount shows.
    case wave
    /// The file that was imported.
    case source
}
