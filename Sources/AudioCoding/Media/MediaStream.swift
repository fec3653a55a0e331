/// One stream of sound in a media file.
public struct MediaStream: Sendable {
    /// Whether the coded frames can be stored as they are.
    public enum Copying: Sendable {
        /// They can: a packet is a FLAC frame of such a stream.
        case flac(FLACStreamInfo)
        /// They can: a packet is an AAC-LC frame with its ADTS header, which is made from the configuration where the file
        /// has frames without.
        case aac(AudioSpecificConfig?)
        /// They can: a packet is an Opus packet of such a stream.
        case opus(OpusHead)
        /// They cannot, for the reason given.
        case impossible(String)
    }

    /// Its number among all streams of the file, those of pictures and texts included, from 0.
    public let index: Int
    /// libavcodec's name of the codec: `flac`, `pcm_s16le`, `aac`.
    public let codec: String
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
    /// Whether the coded frames can be stored as they are.
    public let copying: Copying
}
