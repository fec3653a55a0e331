import CLibAV
import Support

/// Encodes samples to AAC-LC frames with ADTS headers.
///
/// Noise substitution is off: the decoder's noise generator runs on from frame to frame, so that frames with noise could not be
/// decoded again independently of those before.
///
/// Not Sendable: one thread at a time.
public final class AACEncoder {
    /// Samples of one channel in every frame.
    public static let samplesPerFrame = 1024
    /// The sample rates, in hertz, that a stream may have.
    public static let sampleRates = ADTSHeader.sampleRates
    /// The most channels that are coded without a subwoofer's.
    public static let channelLimit = 5

    /// Samples of one channel that a decoder puts out before the first sample of the source.
    public let priming: Int
    /// Samples of one channel taken in so far.
    public private(set) var sampleCount: UInt64 = 0
    private let sampleRate: UInt32
    private let channels: Int
    private var context: UnsafeMutablePointer<AVCodecContext>?
    private var frame: UnsafeMutablePointer<AVFrame>?
    private var packet: UnsafeMutablePointer<AVPacket>?
    /// Interleaved samples for the next frame, fewer than it needs.
    private var waiting: [Float] = []

    /// An encoder of `channels` at `sampleRate`, with `bitRate` bits per second for all channels together.
    ///
    /// At most `channelLimit` channels are supported, whatever speakers the source names for them: from six on, AAC takes one for a
    /// subwoofer's and keeps only its bass.
    public init(sampleRate: UInt32, channels: Int, bitRate: Int) throws(AudioCodingError) {
        guard Self.sampleRates.contains(sampleRate) else {
            let rates = Self.sampleRates.map(String.init).joined(separator: ", ")
            throw AudioCodingError(.aac, "\(sampleRate) Hz is not supported: these are: \(rates)")
        }
        guard let layout = Self.layout(channels: channels) else {
            throw AudioCodingError(.aac, "\(channels) channels are not supported: 1 to \(Self.channelLimit) are")
        }
        self.sampleRate = sampleRate
        self.channels = channels
        do throws(LibAVError) {
            var context = try Self.open(sampleRate: sampleRate, layout: layout, bitRate: bitRate)
            frame = av_frame_alloc()
            packet = av_packet_alloc()
            priming = Int(context?.pointee.initial_padding ?? 0)
            swap(&self.context, &context)
            guard frame != nil, packet != nil else { throw LibAVError(call: "av_frame_alloc", code: -ENOMEM) }
        } catch {
            throw AudioCodingError(.aac, "the encoder cannot be opened", cause: error)
        }
    }

    deinit {
        avcodec_free_context(&context)
        av_frame_free(&frame)
        av_packet_free(&packet)
    }

    /// Takes in `samples` and returns the frames that are now complete.
    public func encode(_ samples: SampleBuffer) throws(AudioCodingError) -> [EncodedFrame] {
        guard samples.channels == channels else {
            throw AudioCodingError(.aac, "\(samples.channels) channels came instead of \(channels)")
        }
        sampleCount += UInt64(samples.sampleCount)
        waiting += samples.floats()
        var frames: [EncodedFrame] = []
        var position = 0
        while waiting.count - position >= Self.samplesPerFrame * channels {
            let end = position + Self.samplesPerFrame * channels
            frames += try encode(waiting[position..<end])
            position = end
        }
        waiting.removeFirst(position)
        return frames
    }

    /// Ends the stream and returns the remaining frames: enough to decode `priming` + `sampleCount` samples.
    public func finish() throws(AudioCodingError) -> [EncodedFrame] {
        // Without any samples libavcodec has no frames to return.
        guard sampleCount > 0 else { return [] }
        let frames = waiting.isEmpty ? [] : try encode(waiting[...])
        waiting = []
        return try frames + encode(nil)
    }

    /// Encodes the `samples` of one frame, nil at the end, and returns the frames that the encoder puts out.
    private func encode(_ samples: ArraySlice<Float>?) throws(AudioCodingError) -> [EncodedFrame] {
        do throws(LibAVError) {
            if let samples { try fill(samples) }
            try Self.check("avcodec_send_frame", avcodec_send_frame(context, samples == nil ? nil : frame))
        } catch {
            throw AudioCodingError(.aac, "the samples cannot be encoded", cause: error)
        }
        var frames: [EncodedFrame] = []
        while true {
            let code = avcodec_receive_packet(context, packet)
            guard code != -EAGAIN, code != zwl_AVERROR_EOF else { return frames }
            guard code == 0, let packet else {
                throw AudioCodingError(
                    .aac, "the samples cannot be encoded",
                    cause: LibAVError(call: "avcodec_receive_packet", code: code))
            }
            defer { av_packet_unref(packet) }
            let bytes = UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))
            let header = try ADTSHeader.bytes(
                sampleRate: sampleRate, channelConfiguration: UInt8(channels),
                payloadByteCount: bytes.count)
            frames.append(EncodedFrame(bytes: header + bytes, sampleCount: Self.samplesPerFrame))
        }
    }

    /// Copies `samples` into `frame`, a plane for each channel.
    private func fill(_ samples: ArraySlice<Float>) throws(LibAVError) {
        guard let frame, let context else { return }
        av_frame_unref(frame)
        frame.pointee.format = context.pointee.sample_fmt.rawValue
        frame.pointee.sample_rate = context.pointee.sample_rate
        frame.pointee.nb_samples = Int32(samples.count / channels)
        try Self.check(
            "av_channel_layout_copy", av_channel_layout_copy(&frame.pointee.ch_layout, &context.pointee.ch_layout))
        try Self.check("av_frame_get_buffer", av_frame_get_buffer(frame, 0))
        samples.withUnsafeBufferPointer { samples in
            for channel in 0..<channels {
                guard let plane = frame.pointee.extended_data[channel] else { continue }
                let target = UnsafeMutableRawPointer(plane).assumingMemoryBound(to: Float.self)
                for index in 0..<samples.count / channels {
                    target[index] = samples[index * channels + channel]
                }
            }
        }
    }

    // MARK: - Opening

    /// The channel layout to give to libavcodec, whose order is that of the channels.
    private static func layout(channels: Int) -> UInt64? {
        // Front left, right, centre, back left, right, centre: bits 0, 1, 2, 4, 5, 8.
        switch channels {
        case 1: 0x4
        case 2: 0x3
        case 3: 0x7
        case 4: 0x107
        case 5: 0x37
        default: nil
        }
    }

    private static func open(
        sampleRate: UInt32, layout: UInt64, bitRate: Int
    ) throws(LibAVError) -> UnsafeMutablePointer<AVCodecContext>? {
        LibAVDecoder.isSilenced
        let encoder = avcodec_find_encoder_by_name("aac")
        guard let encoder, let context = UnsafeMutablePointer<AVCodecContext>?(avcodec_alloc_context3(encoder)) else {
            throw LibAVError(call: "avcodec_find_encoder_by_name", code: -ENOSYS)
        }
        var opened = Optional(context)
        do throws(LibAVError) {
            context.pointee.sample_rate = Int32(sampleRate)
            context.pointee.time_base = AVRational(num: 1, den: Int32(sampleRate))
            context.pointee.sample_fmt = AV_SAMPLE_FMT_FLTP
            context.pointee.bit_rate = Int64(bitRate)
            context.pointee.thread_count = 1
            context.pointee.profile = FF_PROFILE_AAC_LOW
            // Keeps the encoder's version out of the stream.
            context.pointee.flags |= AV_CODEC_FLAG_BITEXACT
            try check(
                "av_channel_layout_from_mask", av_channel_layout_from_mask(&context.pointee.ch_layout, layout))
            // Neither noise nor, for two channels, one signal at two levels stands for what the microphones picked up. Of one channel,
            // libavcodec would keep a narrower band without the second tool.
            for tool in context.pointee.ch_layout.nb_channels > 1 ? ["aac_pns", "aac_is"] : ["aac_pns"] {
                try check("av_opt_set_int", av_opt_set_int(context.pointee.priv_data, tool, 0, 0))
            }
            try check("avcodec_open2", avcodec_open2(context, encoder, nil))
            return context
        } catch {
            avcodec_free_context(&opened)
            throw error
        }
    }

    private static func check(_ call: String, _ code: Int32) throws(LibAVError) {
        guard code >= 0 else { throw LibAVError(call: call, code: code) }
    }
}
