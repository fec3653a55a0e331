public import Recordings
public import Support

/// What is asked for of an import.
public struct ImportOptions: Sendable {
    /// What becomes of a source sampled faster than a lossy codec can hold.
    public enum Ultrasound: String, Sendable, CaseIterable {
        /// It is refused.
        case refuse
        /// It is resampled, and what lies above is lost.
        case resample
        /// It is stored as if it were slower; the mount announces the true rate.
        case relabel
    }

    /// How audio is kept that is not stored as it is.
    public var codec = AudioCodec.flac
    /// Bits a second of AAC or Opus, all channels together; nil for the codec's usual ones.
    public var bitRate: Int?
    /// Whether audio that is FLAC, AAC or Opus already is decoded and coded again.
    public var reencodes = false
    /// What becomes of ultrasound.
    public var ultrasound = Ultrasound.refuse
    /// The stream to take, counted among all of the file; nil for the one that the file says is the default.
    public var stream: Int?
    /// When a recording began of which nothing else says it.
    public var start: Timestamp?
    /// Minutes east of UTC for starts that were written without them.
    public var offsetMinutes: Int?
    /// Attributes of the user's own, for every recording.
    public var attributes: [String: String] = [:]
    /// Whether AudioMoth's triggered recordings are stored with their silence collapsed, as they are.
    public var keepsCollapsedSilence = false

    /// Threads that work on one source: with more than one, it is summed up and what was encoded is decoded beside the
    /// encoding, and the recording is read back by all of them.
    public var threads = 1
    var isConcurrent: Bool { threads > 1 }

    /// The names of attributes that the user may not set: an import does.
    public static let reservedAttributes: Set = [
        "original_audio_data_array_version", "type", "encoding", "base_features", "meta_data_structure",
        "source_metadata", "magic_id", "version",
    ]

    /// What holds where nothing is said.
    public init() {}
}
