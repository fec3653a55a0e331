import COpus
import Glibc
public import Support

/// Decodes the packets of an Opus stream, in their order, to 16-bit samples at 48 kHz.
///
/// What comes out of a packet depends on all packets before it, to a degree that has no bound. The state that carries this is
/// one run of bytes: it can be kept and taken up again, and two decoders with the same bytes go on alike.
///
/// Not Sendable: one thread at a time.
public final class OpusStreamDecoder {
    /// Samples of one channel a second.
    public static let sampleRate: UInt32 = 48_000
    /// What libopus calls itself: another version may decode otherwise.
    public static var libraryVersion: String { String(cString: opus_get_version_string()) }

    /// Interleaved channels, in WAVE's order where the stream's have one.
    public let channels: Int
    /// Bytes of the decoder's state: some 27 kB for each stereo stream coded in the packets.
    public let stateByteCount: Int
    private let state: UnsafeMutableRawPointer
    private let decoder: PacketDecoder

    /// A decoder at the start of the stream that `head` describes, which applies its gain.
    public init(head: OpusHead) throws(AudioCodingError) {
        channels = head.channels
        decoder = head.isSingleStream ? .single : .multistream
        stateByteCount = decoder.stateByteCount(head)
        state = .allocate(byteCount: stateByteCount, alignment: 16)
        // libopus leaves gaps in its state as they are; states could not be compared.
        state.initializeMemory(as: UInt8.self, repeating: 0, count: stateByteCount)
        do {
            try decoder.start(OpaquePointer(state), head)
        } catch {
            throw AudioCodingError(.opus, "the decoder cannot be opened", cause: error)
        }
    }

    deinit {
        state.deallocate()
    }

    /// Decodes `packet` into the front of `output`: interleaved, little-endian, 16 bits. Returns the samples of one channel.
    /// `output` is aligned to two bytes and has room for them.
    ///
    /// An empty or invalid packet is an error and leaves the decoder as it was.
    public func decode(
        _ packet: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(AudioCodingError) -> Int {
        guard let samples = OpusPacket.sampleCount(of: packet), let byteCount = Int32(exactly: packet.count),
            let bytes = packet.baseAddress
        else {
            throw AudioCodingError(.opus, "the bytes are no packet")
        }
        guard output.count >= samples * channels * 2, let target = output.baseAddress else {
            throw AudioCodingError(
                .opus, "\(samples) samples of \(channels) channels do not fit in \(output.count) bytes")
        }
        let decoded = decoder.decode(
            OpaquePointer(state), bytes.assumingMemoryBound(to: UInt8.self), byteCount,
            into: target.assumingMemoryBound(to: Int16.self), samples: samples)
        guard Int(decoded) == samples else {
            let cause = decoded < 0 ? OpusError(call: "opus_decode", code: decoded) : nil
            throw AudioCodingError(.opus, "the packet cannot be decoded", cause: cause)
        }
        return samples
    }
}

extension OpusStreamDecoder {
    /// The decoder's state. It holds addresses of this process and is of no use in another.
    public func snapshot() -> Block {
        Block(UnsafeRawBufferPointer(start: state, count: stateByteCount))
    }

    /// Takes up the state that `snapshot`, of a decoder of the same stream, has kept.
    public func restore(_ snapshot: Block) throws(AudioCodingError) {
        guard snapshot.count == stateByteCount, let bytes = snapshot.bytes.baseAddress else {
            throw AudioCodingError(.opus, "the decoder state kept is another stream's")
        }
        state.copyMemory(from: bytes, byteCount: stateByteCount)
    }

    /// Whether this decoder's state is `snapshot`, byte for byte: then both decode all that follows alike.
    public func hasSameState(as snapshot: Block) -> Bool {
        guard snapshot.count == stateByteCount, let bytes = snapshot.bytes.baseAddress else { return false }
        return memcmp(state, bytes, stateByteCount) == 0
    }
}
