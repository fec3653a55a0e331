/// A header of an Ogg stream that is chained to another one of its codec. libavformat hands it over as if it were sound.
struct ChainedHeader {
    /// Samples of one channel at the front of the stream that are padding; nil if the header says nothing of it.
    let skippedSamples: Int?

    /// The header that `packet` is, of a stream of libavcodec's `codec`; nil if it is none.
    init?(_ packet: UnsafeRawBufferPointer, codec: String) {
        switch codec {
        case "opus":
            let isHead = packet.starts(with: "OpusHead".utf8)
            guard isHead || packet.starts(with: "OpusTags".utf8) else { return nil }
            skippedSamples = isHead ? (try? OpusHead(Array(packet)))?.preSkip : nil
        case "flac":
            guard packet.starts(with: [0x7F] + "FLAC".utf8) || Self.isMetadata(packet) else { return nil }
            skippedSamples = nil
        default: return nil
        }
    }

    /// Whether `packet` is a metadata block of FLAC. RFC 9639, section 8.1. Frames begin with another byte.
    private static func isMetadata(_ packet: UnsafeRawBufferPointer) -> Bool {
        guard packet.count >= 4, packet[0] != 0xFF else { return false }
        return packet[1...3].reduce(0) { $0 << 8 | Int($1) } == packet.count - 4
    }
}
