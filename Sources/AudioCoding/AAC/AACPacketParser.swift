/// The packets of an AAC-LC stream in a container: a packet is an ADTS frame, or becomes one.
public struct AACPacketParser: MediaPacketParser {
    /// The audio object type of AAC-LC: ISO/IEC 14496-3, section 1.5.1.1. libavcodec's profile is less by one.
    private static let lowComplexity: UInt8 = 2

    /// What the frames' headers are made of; nil if the frames have headers.
    private let config: AudioSpecificConfig?

    /// A parser of the packets of `stream`; nil if it is not AAC-LC that ADTS can hold.
    public init?(_ stream: MediaStream) {
        guard stream.codec == "aac", stream.profile.map({ $0 + 1 == Self.lowComplexity }) ?? true else { return nil }
        guard !stream.configuration.isEmpty else {
            config = nil
            return
        }
        guard let config = try? AudioSpecificConfig(stream.configuration) else { return nil }
        self.config = config
    }

    /// The ADTS frame: the packet itself, or the packet behind a header that is made for it.
    public func frame(of packet: UnsafeRawBufferPointer) throws -> EncodedFrame {
        guard let config else {
            guard let header = ADTSHeader.parse(packet), header.frameByteCount == packet.count,
                header.objectType == Self.lowComplexity, header.rawDataBlockCount == 1
            else { throw MediaFailure("the packet is not one ADTS frame of AAC-LC") }
            return EncodedFrame(bytes: Array(packet), sampleCount: AACEncoder.samplesPerFrame)
        }
        let header = try ADTSHeader.bytes(
            sampleRate: config.sampleRate, channelConfiguration: config.channelConfiguration,
            payloadByteCount: packet.count)
        return EncodedFrame(bytes: header + packet, sampleCount: AACEncoder.samplesPerFrame)
    }
}
