/// One stream of sound in a media file.
public struct MediaStream: Sendable {
    /// Its number among all streams of the file, counted from 0 and including those of pictures and text.
    public let index: Int
    /// libavcodec's name for the codec: `flac`, `pcm_s16le`, `aac`.
    public let codec: String
    /// libavcodec's number for the codec's profile; nil if it is not known.
    public let profile: Int?
    /// What the container holds to set up a decoder (libavcodec's "extradata"); empty if there is nothing.
    public let configuration: [UInt8]
    /// Samples of one channel a second.
    public let sampleRate: UInt32
    /// At least one.
    public let channels: Int
    /// The format that its samples are read in; nil if there is no decoder.
    public let format: SampleFormat?
    /// Samples of one channel that the container announces; nil if it does not say. They need not be there, and may include priming.
    public let announcedSampleCount: UInt64?
    /// Samples of one channel that are in the file and that an edit list leaves out, more than priming and padding; 0 if there are none.
    public let cutSampleCount: UInt64
    /// Samples of one channel that the encoder put before the first of the source, as the container announces them. The first packet
    /// may say otherwise.
    public let initialPadding: Int
    /// Where it began, in samples of presentation time, if what came first is missing; nil if the container does not show that.
    public let lostStart: Int64?
    /// The sample of the file's time that is the first in the file, if nothing shows whether there were any before; else 0.
    public let firstSample: UInt64
    /// Bits a second that the container or the codec announces; nil if neither does.
    public let bitRate: UInt64?
    /// What the stream is for, by the container: `default`, `original`, `comment`.
    public let dispositions: [String]
    /// The container's tags for this stream, `language` among them.
    public let tags: [String: String]
}
