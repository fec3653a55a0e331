import COpus
import Support

/// Encodes samples to Opus packets of 20 ms, in Opus's transform mode alone (CELT-only).
///
/// In that mode, a decoder that begins somewhere within the stream soon gives the same bits as one that began at its start;
/// nothing promises as much of the modes for speech. For the application "restricted low delay", libopus uses no other mode.
///
/// Not Sendable: one thread at a time.
public final class OpusEncoder {
    /// The sample rates that can be encoded, in hertz. Audio at another rate must be resampled before.
    public static let sampleRates: [UInt32] = [8_000, 12_000, 16_000, 24_000, 48_000]
    /// Samples of one channel at 48 kHz in every packet.
    public static let samplesPerPacket = 960
    /// The most channels that a stream may have.
    public static let channelLimit = 255
    /// The most bytes that one stream takes in a packet: those of a frame (RFC 6716, section 3.2.1) and of its length.
    private static let streamByteCountLimit = 1275 + 3

    /// The stream's identification header. Its pre-skip is the encoder's delay.
    public let head: OpusHead
    private let sampleRate: UInt32
    /// Samples of one channel at the input's rate in a packet.
    private let inputPerPacket: Int
    /// Samples of one channel at the input's rate by which the encoder delays.
    private let lookahead: Int
    private let encoder: OpaquePointer
    private var inputSampleCount: UInt64 = 0
    /// Samples of the next packet that came so far, interleaved.
    private var waiting: [Float] = []
    private var output: [UInt8]

    /// An encoder of `channels` at `sampleRate`, to `bitRate` bits a second for all channels together.
    ///
    /// Of three or more channels, each is coded by itself, whatever speakers the source names for them: the microphones of a recorder
    /// have nothing to do with each other, and surround coding keeps only the bass of the channel that it takes for a subwoofer's.
    /// The header says that the rate before resampling was `sourceRate`.
    public init(
        sampleRate: UInt32, channels: Int, bitRate: Int, sourceRate: UInt32? = nil
    ) throws(AudioCodingError) {
        guard Self.sampleRates.contains(sampleRate) else {
            let rates = Self.sampleRates.map(String.init).joined(separator: ", ")
            throw AudioCodingError(.opus, "\(sampleRate) Hz is not supported: these are: \(rates)")
        }
        guard (1...Self.channelLimit).contains(channels), let bitRate = Int32(exactly: bitRate), bitRate > 0 else {
            throw AudioCodingError(.opus, "\(channels) channels at \(bitRate) bits a second are not supported")
        }
        let family: OpusHead.MappingFamily = channels <= 2 ? .monoOrStereo : .discrete
        var (streams, coupled, code) = (Int32(0), Int32(0), Int32(OPUS_OK))
        var mapping = [UInt8](repeating: 0, count: channels)
        let encoder = opus_multistream_surround_encoder_create(
            Int32(sampleRate), Int32(channels), Int32(family.rawValue), &streams, &coupled, &mapping,
            OPUS_APPLICATION_RESTRICTED_LOWDELAY, &code)
        guard let encoder, code == OPUS_OK else {
            let cause = OpusError(call: "opus_multistream_surround_encoder_create", code: code)
            throw AudioCodingError(.opus, "the encoder cannot be opened", cause: cause)
        }
        do throws(OpusError) {
            var lookahead: Int32 = 0
            try Self.check("OPUS_SET_BITRATE", zwl_opus_multistream_encoder_set_bitrate(encoder, bitRate))
            try Self.check("OPUS_SET_VBR", zwl_opus_multistream_encoder_set_unconstrained_vbr(encoder))
            try Self.check("OPUS_SET_COMPLEXITY", zwl_opus_multistream_encoder_set_complexity(encoder, 10))
            try Self.check("OPUS_GET_LOOKAHEAD", zwl_opus_multistream_encoder_get_lookahead(encoder, &lookahead))
            self.lookahead = Int(lookahead)
        } catch {
            opus_multistream_encoder_destroy(encoder)
            throw AudioCodingError(.opus, "the encoder cannot be set up", cause: error)
        }
        self.encoder = encoder
        self.sampleRate = sampleRate
        let ratio = Int(OpusStreamDecoder.sampleRate / sampleRate)
        inputPerPacket = Self.samplesPerPacket / ratio
        head = OpusHead(
            channels: channels, preSkip: lookahead * ratio, inputSampleRate: sourceRate ?? sampleRate,
            mappingFamily: family, streamCount: Int(streams), coupledCount: Int(coupled), channelMapping: mapping)
        output = [UInt8](repeating: 0, count: Int(streams) * Self.streamByteCountLimit)
    }

    deinit {
        opus_multistream_encoder_destroy(encoder)
    }

    /// How many samples of one channel at 48 kHz the samples encoded so far decode to, after the pre-skip.
    public var sampleCount: UInt64 { inputSampleCount * UInt64(OpusStreamDecoder.sampleRate / sampleRate) }

    /// Encodes `samples` and returns the packets that they complete.
    public func encode(_ samples: SampleBuffer) throws(AudioCodingError) -> [EncodedFrame] {
        guard samples.channels == head.channels else {
            throw AudioCodingError(.opus, "\(samples.channels) channels came instead of \(head.channels)")
        }
        inputSampleCount += UInt64(samples.sampleCount)
        waiting += samples.floats()
        return try encodeWaiting()
    }

    /// Ends the stream and returns the packets that are left. All packets together decode to at least `head.preSkip` +
    /// `sampleCount` samples.
    public func finish() throws(AudioCodingError) -> [EncodedFrame] {
        guard inputSampleCount > 0 else { return [] }
        let missing = waiting.count / head.channels + lookahead
        let packets = (missing + inputPerPacket - 1) / inputPerPacket
        waiting += Array(repeating: 0, count: packets * inputPerPacket * head.channels - waiting.count)
        return try encodeWaiting()
    }

    private func encodeWaiting() throws(AudioCodingError) -> [EncodedFrame] {
        var frames: [EncodedFrame] = []
        let count = inputPerPacket * head.channels
        var position = 0
        while waiting.count - position >= count {
            let byteCount = waiting[position..<position + count].withUnsafeBufferPointer { samples in
                samples.baseAddress.map {
                    opus_multistream_encode_float(
                        encoder, $0, Int32(inputPerPacket), &output, Int32(output.count))
                } ?? OPUS_BAD_ARG
            }
            guard byteCount > 0 else {
                let cause = OpusError(call: "opus_multistream_encode_float", code: byteCount)
                throw AudioCodingError(.opus, "the samples cannot be encoded", cause: cause)
            }
            frames.append(
                EncodedFrame(bytes: Array(output[..<Int(byteCount)]), sampleCount: Self.samplesPerPacket))
            position += count
        }
        waiting.removeFirst(position)
        return frames
    }

    private static func check(_ call: String, _ code: Int32) throws(OpusError) {
        guard code == OPUS_OK else { throw OpusError(call: call, code: code) }
    }
}
