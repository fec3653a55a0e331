public import AudioCoding
public import Zarr

/// A source whose audio is coded already, as its codec sees it.
public struct CodedSource {
    /// The file.
    public let file: SourceFile
    /// The stream that is imported, as libavformat reads it; nil if libavformat does not know the file.
    public let media: MediaSource?

    /// The source `file`, which libavformat reads as `media`.
    public init(file: SourceFile, media: MediaSource?) {
        self.file = file
        self.media = media
    }
}

/// Stores the audio of a source as it is coded.
public protocol SourceCopier {
    /// The codec.
    var codec: AudioCodec { get }
    /// Interleaved channels of the source.
    var channels: Int { get }
    /// Samples of one channel a second.
    var sampleRate: UInt32 { get }

    /// Finds out what `copy` will store, without decoding or writing anything; nil if that takes a copy. Throws what `copy` will throw, as
    /// far as that shows. A source that was surveyed cannot be copied any more.
    func survey() throws -> SourceSurvey?

    /// Writes the audio into `node`, by several threads if `isConcurrent`. `attributes` go to the blob, beside those of the codec.
    /// `progress` is called with the samples of one channel that were copied since the last call.
    ///
    /// Throws an `ImportError` if the source is of a kind that is refused. Any other error says that it is damaged: it is decoded then.
    func copy(
        into node: any StagedNode, _ attributes: [String: JSONValue], isConcurrent: Bool, progress: (UInt64) -> Void
    ) throws -> WrittenAudio
}

extension SourceCopier {
    /// Nothing is known before the source is copied.
    public func survey() throws -> SourceSurvey? { nil }
}

/// What a copy of a source will have.
public struct SourceSurvey: Sendable {
    /// Samples of one channel that the recording will have.
    public let sampleCount: UInt64
    /// Samples of one channel that the source announces, to the sample; nil if it does not.
    public let announcedSampleCount: UInt64?
    /// What is wrong with the source, although it will be stored as it is.
    public let damage: MediaDamage
    /// What else people should know of it, in words.
    public let notes: [String]

    init(
        sampleCount: UInt64, announcedSampleCount: UInt64? = nil, damage: MediaDamage = MediaDamage(),
        notes: [String] = []
    ) {
        self.notes = notes
        self.sampleCount = sampleCount
        self.announcedSampleCount = announcedSampleCount
        self.damage = damage
    }
}

extension MediaSource {
    /// What will be stored of its stream, packet by packet.
    func survey() throws -> SourceSurvey {
        let extent = try forEachFrame { _ in
        } _: { _ in
        }
        return SourceSurvey(sampleCount: extent.sampleCount, damage: damage)
    }
}
