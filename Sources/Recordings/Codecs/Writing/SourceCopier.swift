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

    /// Whether a quick look at the source shows that `copy` will throw because of its damage; false if it shows nothing.
    func seemsDamaged() throws -> Bool

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
    public func seemsDamaged() throws -> Bool { false }
}
