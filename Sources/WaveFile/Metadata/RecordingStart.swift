public import Support

/// The time of a recording's first sample, and the source that it is taken from.
public struct RecordingStart: Sendable, Equatable {
    /// The sources of a start, the most trusted first.
    public enum Origin: String, Sendable, CaseIterable {
        case guano = "GUANO"
        case broadcast = "bext"
        case audioMothComment = "AudioMoth comment"
        case wamd
        case ixml = "iXML"
        /// `RecordingStart`, or `DATE` with a time, of FLAC, Ogg and other tags.
        case tag
        case fileName = "file name"
        /// `ICRD` of a WAV file's INFO list. It is often the day of editing, and so ranks below the name.
        case creationDate = "ICRD"
        /// `creation_time` of MP4 and other containers. It is often the time of encoding.
        case creationTime = "creation_time"
        /// What the user says.
        case option
    }

    /// The time, without an offset if none is known.
    public let time: Timestamp
    /// The source of the time.
    public let origin: Origin
}
