/// Decodes the packets of a Vorbis stream to 16-bit samples.
///
/// A packet's samples overlap with those of the packet before, and with nothing else: after `restart`, nothing comes out of
/// the first packet, and what comes out of those that follow is what a decode from the stream's start gives. To make a decoder
/// takes as long as to decode dozens of packets, so one is better kept than made anew.
///
/// Not Sendable: one thread at a time.
public final class VorbisDecoder {
    /// What the stream's headers say.
    public let headers: VorbisHeaders
    private let decoder: LibAVDecoder
    /// Whether a packet has been decoded with which the next one's samples overlap.
    private var hasBegun = false

    /// A decoder of the stream that `headers` describe, as after `restart`.
    public init(headers: VorbisHeaders) throws(AudioCodingError) {
        self.headers = headers
        decoder = try LibAVDecoder("vorbis", for: .vorbis, setUp: headers.decoderSetUp)
    }

    /// Bytes that no packet's samples exceed.
    public var maximumOutputByteCount: Int { headers.longBlockSize / 2 * headers.channels * 2 }

    /// Forgets the packets decoded so far: the next one is the first.
    public func restart() {
        decoder.flush()
        hasBegun = false
    }

    /// Decodes `packet` into the front of `output`: interleaved, little-endian, 16 bits, clipped, up to eight channels in WAVE's
    /// order. Returns the samples of one channel: none of the first packet. An error is a restart.
    public func decode(
        _ packet: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(AudioCodingError) -> Int {
        // libavcodec would take a header in the middle for a new stream's.
        guard let byte = packet.first, headers.blockSize(ofPacketBeginningWith: byte) != nil else {
            throw AudioCodingError(.vorbis, "the bytes are not a packet of sound")
        }
        do throws(AudioCodingError) {
            guard hasBegun else {
                try decoder.prime(packet)
                hasBegun = true
                return 0
            }
            return try decoder.decode(packet) { (decoded) throws(AudioCodingError) in
                let form = try SixteenBit.write(
                    decoded, to: output, channelLimit: headers.channels, sampleLimit: headers.longBlockSize / 2,
                    of: .vorbis)
                guard form.channels == headers.channels, form.sampleRate == headers.sampleRate else {
                    throw AudioCodingError(.vorbis, "a packet decodes to another format than the headers say")
                }
                return form.sampleCount
            }
        } catch {
            restart()
            throw error
        }
    }
}

extension VorbisHeaders {
    /// The three headers as libavcodec wants them (by Xiph's lacing), the comment being an empty one.
    fileprivate var decoderSetUp: [UInt8] {
        let comment = [Kind.comment.rawValue] + Array("vorbis".utf8) + [0, 0, 0, 0, 0, 0, 0, 0, 1]
        let identification = packets.identification
        // Both are shorter than 255 bytes.
        return [2, UInt8(truncatingIfNeeded: identification.count), UInt8(truncatingIfNeeded: comment.count)]
            + identification + comment + packets.setup
    }
}
