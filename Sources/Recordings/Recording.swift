public import Support
public import WaveFile
public import Zarr

/// One recording of a store: what is known of it, and its samples.
///
/// Everything here is known before the first sample is decoded and stays the same as long as the store does.
@dynamicMemberLookup
public struct Recording: Sendable {
    /// What is known of it. Each fact is a member of the recording too.
    public let facts: RecordingFacts
    /// Its samples.
    public let samples: any SampleReading
    /// The source file's bytes around the samples, if the store has them and they fit: as many as `facts.envelopeSize` says.
    public let envelope: SourceEnvelope?
    /// Its coded stream as a file that players know; nil if there is no such file of it.
    public let codedFile: (any CodedFileReading)?
    /// What of the metadata its WAV file has, if it is not the source file.
    public let metadata: MetadataSelection
    private let describe: Describe?
    /// The bytes of its WAV file, counted without reading anything; nil if they would be over `Int64.max`.
    public let waveExtent: WaveExtent?

    /// Reads what its WAV file says.
    public typealias Describe = @Sendable () throws(RecordingError) -> WaveDescription

    /// The recording of which `facts` are known. Its WAV file shows `metadata` of what `describe` returns, which must be as much as the
    /// facts say; without that, it has none.
    public init(
        _ facts: RecordingFacts, samples: any SampleReading, envelope: SourceEnvelope? = nil,
        codedFile: (any CodedFileReading)? = nil, metadata: MetadataSelection = .all, describe: Describe? = nil
    ) {
        self.facts = facts
        self.samples = samples
        self.envelope = envelope
        self.codedFile = codedFile
        self.metadata = metadata
        self.describe = describe
        waveExtent = facts.waveExtent
    }

    /// What its WAV file says beside the samples, or would say if it were not the source file. The texts are read from the store now;
    /// throws if they are not those that it had when the recording was examined.
    public func description() throws(RecordingError) -> WaveDescription {
        try describe?() ?? WaveDescription(format: facts.format, sampleCount: facts.sampleCount)
    }

    /// Opens the recording at `path` of `store`, without reading its samples.
    ///
    /// Throws if there is none, or if it cannot be served.
    public init(store: any Store, path: String, cache: BlockCache, log: Log) throws(RecordingError) {
        self = try RecordingLoader(store: store, cache: cache, log: log).load(
            RecordingNode(store: store, path: path, cache: cache)
        ).recording
    }

    /// The fact at `keyPath`.
    @inlinable
    public subscript<Fact>(dynamicMember keyPath: KeyPath<RecordingFacts, Fact>) -> Fact { facts[keyPath: keyPath] }

    /// The bytes of its samples in a WAV file.
    public var dataByteCount: UInt64 { facts.sampleCount * UInt64(facts.format.blockAlign) }
}

/// The samples of a recording as the bytes that the `data` chunk of a WAV file holds: little-endian, interleaved.
public protocol SampleReading: ReadAheadSource {
    /// The bytes of `range`, in order and without a gap. `range` is half-open, lies within the bytes of the `data` chunk, and need
    /// not begin or end with a sample. The same range always gives the same bytes. Safe to call from any thread.
    func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice]

    /// Whether what was read, and may be kept by whoever asked for it, is not what would be read now.
    var isRewritten: Bool { get }

    /// Begins to read for a program that has opened the recording as the file `file`, of which there may be several. Returns whether
    /// bytes that were read of that file before are the same; if not, none that were kept may be used.
    func beginReading(as file: UInt64) -> Bool
}

extension SampleReading {
    /// The bytes are always the same.
    public var isRewritten: Bool { false }

    /// The bytes are always the same.
    public func beginReading(as file: UInt64) -> Bool { true }

    /// Reads the bytes, and leaves them in whatever cache the reading fills.
    public func decodeAhead(bytes range: Range<UInt64>) throws(RecordingError) {
        _ = try read(bytes: range)
    }
}
