import COpus

/// The two kinds of decoders in libopus. They give the same samples for a stream that both can decode.
///
/// For every packet, a multistream decoder asks the processor for its features, which in a virtual machine takes longer than
/// decoding. So it is not used for a single mono or stereo stream.
enum PacketDecoder {
    case single(SingleStreamDecoder)
    case multistream

    /// The decoder for the stream that `head` describes.
    init(for head: OpusHead) {
        self = head.isSingleStream ? .single(SingleStreamDecoder(channels: head.channels)) : .multistream
    }

    /// Bytes of the state of a decoder for the stream that `head` describes.
    func stateByteCount(_ head: OpusHead) -> Int {
        switch self {
        case .single(let decoder): decoder.stateByteCount
        case .multistream:
            Int(opus_multistream_decoder_get_size(Int32(head.streamCount), Int32(head.coupledCount)))
        }
    }

    /// Initializes `state` for a decoder at the start of the stream that `head` describes, which applies its gain.
    func start(_ state: UnsafeMutableRawPointer, _ head: OpusHead) throws(OpusError) {
        switch self {
        case .single(let decoder): try decoder.start(state, gain: head.outputGain)
        case .multistream:
            let state = OpaquePointer(state)
            try OpusError.check(
                "opus_multistream_decoder_init",
                opus_multistream_decoder_init(
                    state, Int32(OpusStreamDecoder.sampleRate), Int32(head.channels), Int32(head.streamCount),
                    Int32(head.coupledCount), head.waveChannelMapping))
            try OpusError.check(
                "OPUS_SET_GAIN", zwl_opus_multistream_decoder_set_gain(state, Int32(head.outputGain)))
        }
    }

    /// Decodes a packet to `samples` samples of each channel, for which `target` has room. Returns how many samples of each
    /// channel were decoded, or a negative error code.
    func decode(
        _ state: UnsafeMutableRawPointer, _ packet: UnsafePointer<UInt8>, _ byteCount: Int32,
        into target: UnsafeMutablePointer<Int16>, samples: Int
    ) -> Int32 {
        switch self {
        case .single(let decoder): decoder.decode(state, packet, byteCount, into: target, samples: samples)
        case .multistream:
            opus_multistream_decode(OpaquePointer(state), packet, byteCount, target, Int32(samples), 0)
        }
    }
}
