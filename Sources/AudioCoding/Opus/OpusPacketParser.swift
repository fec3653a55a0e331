/// The packets of an Opus stream in a container, which are stored as they are.
public struct OpusPacketParser: MediaPacketParser {
    /// The stream's identification header, which containers keep as RFC 7845 has it.
    public let head: OpusHead

    /// A parser of the packets of `stream`; nil if it is not Opus, or its header is not valid.
    public init?(_ stream: MediaStream) {
        guard stream.codec == "opus", let head = try? OpusHead(stream.configuration) else { return nil }
        self.head = head
    }

    /// The packet, as it is.
    public func frame(of packet: UnsafeRawBufferPointer) throws -> EncodedFrame {
        guard let sampleCount = OpusPacket.sampleCount(of: packet) else {
            throw MediaFailure("the packet is not one of Opus")
        }
        return EncodedFrame(bytes: Array(packet), sampleCount: sampleCount)
    }
}
