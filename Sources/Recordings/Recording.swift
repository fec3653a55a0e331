public import Support
public import WaveFile
public import Zarr

/// One recording of a store: what it is, and its samples.
///
/// Everything here is known before the first sample is decoded and stays the same as long as the store does.
public struct Recording: Sendable {
    /// The path of its node in the store, without a leading slash: `pond/mono/0`.
    public let path: String
    /// The path of the group whose directory shows it: `pond/mono`, empty for the root.
    public let group: String
    /// Its number in the audio group; nil for an array that stands by itself.
    public let number: UInt64?
    /// The source file's name as the store has it, not yet fit to be a file name.
    public let sourceName: String
    /// The coding of its audio.
    public let codec: AudioCodec
    /// What its WAV announces and holds.
    public let format: WaveFormat
    /// Why `format` announces that sample rate, where the store contradicts itself; for people.
    public let rateReason: String?
    /// Samples of one channel.
    public let sampleCount: UInt64
    /// When its first sample was taken, where the store says so.
    public let start: Timestamp?
    /// When the store's own files of it last changed.
    public let modified: Timestamp
    /// The SHA-256 of the source file, in hexadecimal, where the store has it.
    public let sourceSHA256: String?
    /// The source file's bytes around the samples, where the store has them and they fit.
    public let envelope: SourceEnvelope?
    /// Its samples.
    public let samples: any SampleReading
    /// The bytes of its WAV file, counted without reading anything; nil where they would be over `Int64.max`.
    public let waveExtent: WaveExtent?

    /// A recording of which all this is known.
    public init(
        path: String, group: String, number: UInt64?, sourceName: String, codec: AudioCodec, format: WaveFormat,
        rateReason: String?, sampleCount: UInt64, start: Timestamp?, modified: Timestamp, sourceSHA256: String?,
        envelope: SourceEnvelope? = nil, samples: any SampleReading
    ) {
        self.path = path
        self.group = group
        self.number = number
        self.sourceName = sourceName
        self.codec = codec
        self.format = format
        self.rateReason = rateReason
        self.sampleCount = sampleCount
        self.start = start
        self.modified = modified
        self.sourceSHA256 = sourceSHA256
        self.envelope = envelope
        self.samples = samples
        waveExtent = Self.waveExtent(format, sampleCount: sampleCount, envelope)
    }

    /// Reads what the recording at `path` of `store` is, without its samples.
    ///
    /// Throws where there is none, or none that can be served.
    public init(store: any Store, path: String, cache: BlockCache, log: Log) throws(RecordingError) {
        self = try RecordingLoader(store: store, cache: cache, log: log).load(
            RecordingNode(store: store, path: path, cache: cache)
        ).recording
    }

    /// The bytes of its samples in a WAV file.
    public var dataByteCount: UInt64 { sampleCount * UInt64(format.blockAlign) }
}

/// The samples of a recording as the bytes a WAV file's `data` chunk holds: little-endian, interleaved.
public protocol SampleReading: Sendable {
    /// The bytes of `range`, in order and without a gap. `range` lies within the `data` chunk's bytes and need not begin or
    /// end with a sample. The same range always gives the same bytes. Safe to call from any thread.
    func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice]

    /// Decodes the bytes of `range`, bounded as above, for a reader who is expected to ask for them.
    func decodeAhead(bytes range: Range<UInt64>) throws(RecordingError)
}

extension SampleReading {
    /// Reads them, for what that leaves in caches.
    public func decodeAhead(bytes range: Range<UInt64>) throws(RecordingError) {
        _ = try read(bytes: range)
    }
}
