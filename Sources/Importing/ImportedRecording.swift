public import Recordings
public import Support
public import WaveFile

/// A recording as it was imported.
public struct ImportedRecording: Sendable, Equatable {
    /// Its path in the store.
    public let path: String
    /// How its audio is kept.
    public let codec: AudioCodec
    /// Samples of one channel a second, as a mount announces them.
    public let sampleRate: UInt32
    /// Its channels.
    public let channels: Int
    /// Samples of one channel.
    public let sampleCount: UInt64
    /// When it began, where that is known.
    public let start: Timestamp?
    /// Bytes of the source file.
    public let sourceByteCount: UInt64
    /// Bytes of the coded audio.
    public let codedByteCount: UInt64
    /// Whether a mount gives back the source file byte for byte: that was tried.
    public let isByteExact: Bool
    /// What was decided on the way, and what was found, in words.
    public let notes: [String]
}

/// What an import of a source would do.
public struct ImportPreview: Sendable {
    /// How its audio would be kept.
    public let codec: AudioCodec
    /// Whether it would be stored as it is coded already.
    public let isCopied: Bool
    /// Of the source.
    public let sampleRate: UInt32
    /// Of the source.
    public let channels: Int
    /// When it began, and what says so.
    public let start: RecordingStart?
    /// Bytes of the source file.
    public let byteCount: UInt64
    /// What would be decided, in words.
    public let notes: [String]
}
