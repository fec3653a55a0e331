public import Recordings
public import WaveFile

/// The settings of an import.
public struct ImportOptions: Sendable {
    /// What becomes of a source whose sample rate is higher than those of a lossy codec.
    public enum Ultrasound: String, Sendable, CaseIterable {
        /// It is refused.
        case refuse
        /// It is resampled, and frequencies above half of the new rate are lost.
        case resample
        /// It is stored as if it had a lower rate; the mount announces the true one.
        case relabel
    }

    /// The codec if none is chosen.
    public static let defaultCodec = AudioCodec.flac

    /// The codec to encode to, unless a source is stored as it is: one of `CodecRegistry.encodings`.
    public var codec = Self.defaultCodec
    /// Whether a source that the group has with loss only is refused: the user has asked for a codec without, and may delete the source.
    public var requiresLossless = false
    /// Bits a second of a lossy codec, all channels together; nil for the codec's usual ones.
    public var bitRate: Int?
    /// Whether sources that can be stored as they are coded are decoded and encoded anew nevertheless.
    public var reencodes = false
    /// What becomes of sources whose sample rate is higher than those of the codec.
    public var ultrasound = Ultrasound.refuse
    /// The number of the stream to import, among all streams of the file; nil for the file's default.
    public var stream: Int?
    /// What the user says about the starts of recordings.
    public var starts = StartRules()
    /// The user's own attributes of every recording.
    public var attributes: [String: String] = [:]
    /// Whether AudioMoth's triggered recordings are stored without expanding their collapsed silence.
    public var keepsCollapsedSilence = false

    /// Whether sources that are damaged are refused, rather than imported as far as they can be decoded.
    public var isStrict = false

    /// How recordings of sources that are in the group already are proved to be whole.
    public var proof = RecordingProof.structure

    /// Threads that work on one source. If there are several, hashing it and decoding what was encoded run beside the encoding, and
    /// all of them read the recording back.
    public var threads = 1
    var isConcurrent: Bool { threads > 1 }

    /// The names of attributes that the import sets, and the user may not.
    public static let reservedAttributes: Set = [
        "original_audio_data_array_version", "type", "encoding", "base_features", "meta_data_structure",
        "source_metadata", "magic_id", "version",
    ]

    /// The defaults.
    public init() {}
}
