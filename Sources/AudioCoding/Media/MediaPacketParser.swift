/// Checks the packets of one stream, and finds the frames in them, which libavformat leaves to the codec.
///
/// A parser follows one stream, from its first packet to its last.
public protocol MediaPacketParser {
    /// Checks that `packet` continues the stream where the packet before ended. It is called for every packet, in order: demuxers skip
    /// damaged bytes without an error.
    mutating func follow(_ packet: UnsafeRawBufferPointer) throws

    /// Checks that the stream may end after the packet that was followed last.
    func checkEnd() throws

    /// The frame that `packet` is, as it is stored. Throws if it is not exactly one frame of the stream.
    func frame(of packet: UnsafeRawBufferPointer) throws -> EncodedFrame
}

extension MediaPacketParser {
    /// Accepts every packet: most codecs do not number them.
    public mutating func follow(_ packet: UnsafeRawBufferPointer) {}

    /// Accepts every end.
    public func checkEnd() {}
}
