public import AudioCoding

/// The form of samples: all that an encoder needs to know of them beforehand.
public struct SampleForm: Equatable {
    /// How each sample is kept.
    public var format: SampleFormat
    /// Interleaved channels.
    public var channels: Int
    /// The speakers, as in WAVEFORMATEXTENSIBLE's dwChannelMask; 0 for none in particular.
    var channelMask: UInt64
    /// Samples of one channel a second.
    public var sampleRate: UInt32

    /// A form with these values.
    public init(format: SampleFormat, channels: Int, channelMask: UInt64, sampleRate: UInt32) {
        self.format = format
        self.channels = channels
        self.channelMask = channelMask
        self.sampleRate = sampleRate
    }
}
