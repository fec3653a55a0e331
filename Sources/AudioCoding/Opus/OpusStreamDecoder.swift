import COpus
public import Support

/// Decodes the packets of an Opus stream, in their order, to 16-bit samples at 48 kHz.
///
/// What a packet decodes to depends on all packets before it, and nothing bounds how far back. The decoder's state, which
/// carries this, can be kept by `snapshot` and put back by `restore`.
///
/// Not Sendable: one thread at a time.
public final class OpusStreamDecoder {
    /// Samples of one channel a second.
    public static let sampleRate: UInt32 = 48_000
    /// The name and version that libopus reports: another version may decode to other samples.
    public static var libraryVersion: String { String(cString: opus_get_version_string()) }
    /// The kind of processor for which libopus was compiled: on another, it may round other last bits. Nil if it is none of the usual ones.
    public static var processor: String? {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "aarch64"
        #else
            nil
        #endif
    }

    /// Interleaved channels, in WAVE's order if the stream gives them one.
    public let channels: Int
    /// Bytes of the decoder's state: about 27 kB for each stereo stream that is coded in the packets.
    public let stateByteCount: Int
    private let state: UnsafeMutableRawPointer
    private let decoder: PacketDecoder

    /// A decoder at the start of the stream that `head` describes, which applies its gain.
    public init(head: OpusHead) throws(AudioCodingError) {
        channels = head.channels
        decoder = PacketDecoder(for: head)
        stateByteCount = decoder.stateByteCount(head)
        state = .allocate(byteCount: stateByteCount, alignment: 16)
        do {
            try decoder.start(state, head)
        } catch {
            throw AudioCodingError(.opus, "the decoder cannot be opened", cause: error)
        }
    }

    deinit {
        state.deallocate()
    }

    /// Decodes `packet` into the front of `output`: interleaved, little-endian, 16 bits. Returns the samples of one channel.
    /// `output` must be aligned to two bytes.
    ///
    /// Throws if the packet is empty or invalid, or if its samples do not fit in `output`, and leaves the decoder as it was.
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
            state, bytes.assumingMemoryBound(to: UInt8.self), byteCount,
            into: target.assumingMemoryBound(to: Int16.self), samples: samples)
        guard Int(decoded) == samples else {
            let cause = decoded < 0 ? OpusError(call: "opus_decode", code: decoded) : nil
            throw AudioCodingError(.opus, "the packet cannot be decoded", cause: cause)
        }
        return samples
    }
}

extension OpusStreamDecoder {
    /// A copy of the decoder's state. It holds addresses of this process and is of no use in another.
    public func snapshot() -> Block {
        Block(UnsafeRawBufferPointer(start: state, count: stateByteCount))
    }

    /// Puts back the state in `snapshot`, of a decoder of the same stream: this one then goes on as that one did.
    public func restore(_ snapshot: Block) throws(AudioCodingError) {
        guard snapshot.count == stateByteCount, let bytes = snapshot.bytes.baseAddress else {
            throw AudioCodingError(.opus, "the decoder state kept is another stream's")
        }
        state.copyMemory(from: bytes, byteCount: stateByteCount)
    }
}
