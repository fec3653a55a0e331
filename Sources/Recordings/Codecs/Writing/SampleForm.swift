public import AudioCoding

/// The form of samples: all that an encoder needs to know of them beforehand.
public struct SampleForm: Equatable {
    /// How each sample is kept.
    public var format: SampleFormat
    /// Interleaved channels.
    public var channels: Int
    /// Samples of one channel a second.
    public var sampleRate: UInt32

    /// A form with these values.
    public init(format: SampleFormat, channels: Int, sampleRate: UInt32) {
        self.format = format
        self.channels = channels
        self.sampleRate = sampleRate
    }
}
