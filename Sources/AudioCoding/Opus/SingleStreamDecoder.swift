import COpus
import Support

/// A decoder of libopus for one mono or stereo stream.
///
/// It gives the samples of `opus_decode`, which decodes to floats, clips those softly and rounds them, one at a time: a twentieth of an hour's
/// decoding. Floats that need no clipping, as nearly all, are rounded several at a time here.
struct SingleStreamDecoder {
    /// How many channels it clips at most, each of which has a number that says how the clipping of its last packet ended.
    private static let maximumChannels = 2
    private static let alignment = 16

    private let channels: Int
    /// Bytes of libopus's own part of the state. The numbers of clipping come behind it.
    private let decoderByteCount: Int

    init(channels: Int) {
        self.channels = channels
        decoderByteCount =
            (Int(opus_decoder_get_size(Int32(channels))) + Self.alignment - 1) / Self.alignment * Self.alignment
    }

    /// Bytes of the state.
    var stateByteCount: Int { decoderByteCount + Self.maximumChannels * MemoryLayout<Float>.stride }

    /// Initializes `state` at the start of a stream with that gain, in 256ths of a decibel.
    func start(_ state: UnsafeMutableRawPointer, gain: Int16) throws(OpusError) {
        let decoder = OpaquePointer(state)
        try OpusError.check(
            "opus_decoder_init", opus_decoder_init(decoder, Int32(OpusStreamDecoder.sampleRate), Int32(channels)))
        try OpusError.check("OPUS_SET_GAIN", zwl_opus_decoder_set_gain(decoder, Int32(gain)))
        clipping(in: state).update(repeating: 0, count: Self.maximumChannels)
    }

    /// Decodes a packet to `samples` samples of each channel, for which `target` has room. Returns how many samples of each channel were
    /// decoded, or a negative error code.
    func decode(
        _ state: UnsafeMutableRawPointer, _ packet: UnsafePointer<UInt8>, _ byteCount: Int32,
        into target: UnsafeMutablePointer<Int16>, samples: Int
    ) -> Int32 {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: samples * channels) { buffer in
            guard let floats = buffer.baseAddress else { return OPUS_BAD_ARG }
            let decoded = opus_decode_float(OpaquePointer(state), packet, byteCount, floats, Int32(samples), 0)
            guard decoded > 0 else { return decoded }
            let count = Int(decoded) * channels
            let clipping = clipping(in: state)
            if !Self.areWithinRange(floats, count) || clipping[0] != 0 || clipping[1] != 0 {
                opus_pcm_soft_clip(floats, decoded, Int32(channels), clipping)
            }
            for index in 0..<count { target[index] = SixteenBit.integer(floats[index]).littleEndian }
            return decoded
        }
    }

    private func clipping(in state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Float> {
        (state + decoderByteCount).assumingMemoryBound(to: Float.self)
    }

    /// Whether all of `count` samples are from -1 to 1.
    private static func areWithinRange(_ samples: UnsafePointer<Float>, _ count: Int) -> Bool {
        let one = Int32(bitPattern: Float(1).bitPattern)
        // As integers, magnitudes have the order that they have as floats, and what is no number is greater than all. The difference of one that
        // is beyond 1 has a sign.
        var signs: Int32 = 0
        for index in 0..<count { signs |= one &- Int32(bitPattern: samples[index].magnitude.bitPattern) }
        return signs >= 0
    }
}
