/// One stream of sound in a media file.
public struct MediaStream: Sendable {
    /// Its number among all streams of the file, those of pictures and texts included, from 0.
    public let index: Int
    /// libavcodec's name of the codec: `flac`, `pcm_s16le`, `aac`.
    public let codec: String
    /// libavcodec's number of the codec's profile; nil if it is not known.
    public let profile: Int?
    /// The bytes that describe the stream to a decoder, as the container has them; empty if there are none.
    public let configuration: [UInt8]
    /// Samples of one channel a second.
    public let sampleRate: UInt32
    /// At least one.
    public let channels: Int
    /// The speakers as in WAVEFORMATEXTENSIBLE's dwChannelMask, 0 where the file names none.
    public let channelMask: UInt64
    /// What its samples are read as, nil where no decoder is there for it.
    public let format: SampleFormat?
    /// Samples of one channel as the container announces them: they need not be there, and priming may be counted in.
    public let announcedSampleCount: UInt64?
    /// Samples of one channel that the encoder put before the first of the source, as far as the container says so before
    /// the first packet, which may say otherwise.
    public let initialPadding: Int
    /// Bits a second as the container or the codec announces them.
    public let bitRate: UInt64?
    /// What the container says the stream is for: `default`, `original`, `comment`.
    public let dispositions: [String]
    /// The container's tags for this stream, `language` among them.
    public let tags: [String: String]
}
