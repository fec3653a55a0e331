/// The header of a FLAC frame. RFC 9639, section 9.1.
public struct FLACFrameHeader: Sendable, Equatable {
    /// The most bytes of a header.
    public static let maximumByteCount = 16

    /// Whether frames bear the number of their first sample; otherwise they are counted, and all but the last have one size.
    public let isVariableBlockSize: Bool
    /// Samples of one channel, 1 to 65 535.
    public let blockSize: Int
    /// The number in the header: that of the first sample, or that of the frame.
    public let codedNumber: UInt64
    /// The first sample of one channel, counted from the start of the stream.
    public let firstSample: UInt64
    /// Bytes of the header, CRC-8 included.
    public let byteCount: Int

    /// The header that `bytes` begin with; nil if they do not begin with that of a frame of such a stream. Rate, channels and bits
    /// never change within a stream, and no block is larger than announced.
    public static func parse(_ bytes: UnsafeRawBufferPointer, of streamInfo: FLACStreamInfo) -> FLACFrameHeader? {
        guard let header = FLACBareHeader(bytes), header.channels == streamInfo.channels,
            header.bitsPerSample ?? streamInfo.bitsPerSample == streamInfo.bitsPerSample,
            header.sampleRate ?? streamInfo.sampleRate == streamInfo.sampleRate,
            header.blockSize <= streamInfo.maximumBlockSize
        else { return nil }
        // Streams older than this bit have two different sizes in STREAMINFO instead, as the reference decoder knows.
        let isVariable = header.hasSampleNumber || streamInfo.minimumBlockSize != streamInfo.maximumBlockSize
        guard isVariable || header.number < 1 << 31 else { return nil }
        return FLACFrameHeader(
            isVariableBlockSize: isVariable, blockSize: header.blockSize, codedNumber: header.number,
            firstSample: isVariable ? header.number : header.number * UInt64(streamInfo.maximumBlockSize),
            byteCount: header.byteCount)
    }
}
