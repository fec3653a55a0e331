public import Recordings
public import Support
public import WaveFile

/// A recording as it was imported.
public struct ImportedRecording: Sendable, Equatable {
    /// What is known of it, as it was read back.
    public internal(set) var facts: RecordingFacts
    /// Bytes of the source file.
    public let sourceByteCount: UInt64
    /// Bytes of the coded audio.
    public let codedByteCount: UInt64
    /// Whether a mount gives back the source file byte for byte, which has been proved.
    public let isByteExact: Bool
    /// Whether all bytes of the source file are in the store, which has been proved: `zarrwlr extract --source` gives them back.
    public let keepsSource: Bool
    /// What was decided and found, in words.
    public let notes: [String]
    /// Its path in the store.
    public var path: String { facts.path }
    /// The codec of its audio.
    public var codec: AudioCodec { facts.codec }
    /// Samples of one channel a second, as a mount announces them.
    public var sampleRate: UInt32 { facts.format.sampleRate }
    /// Interleaved channels.
    public var channels: Int { facts.format.channels }
    /// Samples of one channel.
    public var sampleCount: UInt64 { facts.sampleCount }
    /// When it began; nil if that is not known.
    public var start: Timestamp? { facts.start }
    /// What other recording of its group wants the same file name in a mount, which therefore shows this one with its number; nil if none
    /// does.
    public internal(set) var namesake: Namesake?

    /// A recording that has the file name of another.
    public enum Namesake: Sendable {
        /// It is of another file.
        case otherFile
        /// It is another track of the same file.
        case otherTrack
    }
}

/// What importing a source would do.
public struct ImportPreview: Sendable {
    /// The codec of its audio.
    public let codec: AudioCodec
    /// Whether the audio would be stored as it is coded.
    public let isCopied: Bool
    /// Samples of one channel of the source a second.
    public let sampleRate: UInt32
    /// Interleaved channels of the source.
    public let channels: Int
    /// When it began, and what says so; nil if that is not known.
    public let start: RecordingStart?
    /// Bytes of the source file.
    public let byteCount: UInt64
    /// What would be decided, in words.
    public internal(set) var notes: [String]
}
