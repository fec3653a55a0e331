/// One frame made by an encoder.
public struct EncodedFrame: Sendable, Equatable {
    /// The frame as it is stored: a FLAC frame, an AAC frame with its ADTS header, an Opus packet.
    public let bytes: [UInt8]
    /// Samples of one channel that it decodes to.
    public let sampleCount: Int
}
