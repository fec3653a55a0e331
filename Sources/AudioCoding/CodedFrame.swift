/// One coded frame of a stream: the place of its bytes, and the samples that it decodes to.
public struct CodedFrame: Sendable, Equatable {
    /// The offset of its first byte from the start of the stream.
    public let offset: UInt64
    /// Bytes of the frame, header and checksums included.
    public let byteCount: Int
    /// The first sample of one channel, counted from the start of the stream.
    public let firstSample: UInt64
    /// Samples of one channel.
    public let sampleCount: Int

    /// A frame of `byteCount` bytes at `offset` that decodes to `sampleCount` samples from `firstSample` on.
    public init(offset: UInt64, byteCount: Int, firstSample: UInt64, sampleCount: Int) {
        self.offset = offset
        self.byteCount = byteCount
        self.firstSample = firstSample
        self.sampleCount = sampleCount
    }
}
