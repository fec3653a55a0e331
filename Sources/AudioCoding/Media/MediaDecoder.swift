import CLibAV
import Support

/// Decodes the packets of one stream to samples of the stream's own bit depth.
///
/// Not Sendable: one thread at a time.
final class MediaDecoder {
    let format: SampleFormat
    let sampleRate: Int32
    let channels: Int
    private var context: UnsafeMutablePointer<AVCodecContext>?
    private var frame: UnsafeMutablePointer<AVFrame>?

    init(_ stream: borrowing AVStream) throws {
        guard let parameters = stream.codecpar, let codec = avcodec_find_decoder(parameters.pointee.codec_id) else {
            throw MediaFailure("libavcodec here has no decoder for it")
        }
        guard parameters.pointee.codec_id != AV_CODEC_ID_FLAC || parameters.pointee.bits_per_raw_sample < 32 else {
            throw MediaFailure("32-bit FLAC is not supported")
        }
        var context = avcodec_alloc_context3(codec)
        var frame = av_frame_alloc()
        do {
            try Self.check("avcodec_parameters_to_context", avcodec_parameters_to_context(context, parameters))
            context?.pointee.thread_count = 1
            context?.pointee.pkt_timebase = stream.time_base
            if let descriptor = avcodec_descriptor_get(parameters.pointee.codec_id),
                descriptor.pointee.props & AV_CODEC_PROP_LOSSLESS != 0
            {
                context?.pointee.err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE
            }
            try Self.check("avcodec_open2", avcodec_open2(context, codec, nil))
            guard let opened = context?.pointee, frame != nil else { throw MediaFailure("no memory") }
            guard let format = SampleFormat(opened.sample_fmt, bits: opened.bits_per_raw_sample) else {
                throw MediaFailure("samples of this kind are not supported")
            }
            // What libavformat has found by decoding, since AAC may say only in its frames that it has SBR.
            let found = parameters.pointee
            let isHidden = found.codec_id == AV_CODEC_ID_AAC && found.sample_rate > 0 && found.ch_layout.nb_channels > 0
            sampleRate = isHidden ? found.sample_rate : opened.sample_rate
            channels = Int(isHidden ? found.ch_layout.nb_channels : opened.ch_layout.nb_channels)
            guard sampleRate > 0, channels > 0 else {
                throw MediaFailure("neither rate nor channels are known")
            }
            self.format = format
        } catch {
            avcodec_free_context(&context)
            av_frame_free(&frame)
            throw error
        }
        self.context = context
        self.frame = frame
    }

    deinit {
        avcodec_free_context(&context)
        av_frame_free(&frame)
    }

    /// Whether the decoder itself leaves out the padding that the stream's configuration announces: those of Opus do.
    var dropsPadding: Bool { context?.pointee.codec_id == AV_CODEC_ID_OPUS }

    /// Whether the samples of a packet are made of it and the one before.
    var overlapsPackets: Bool { context?.pointee.codec_id == AV_CODEC_ID_VORBIS }

    /// Makes the decoder forget the packets so far, if it is one of Opus: the next is the first of another stream, of which it would make other
    /// samples for some hundred milliseconds (RFC 7845, section 3: each stream of a chain is decoded by itself).
    func beginLink() {
        if context?.pointee.codec_id == AV_CODEC_ID_OPUS { avcodec_flush_buffers(context) }
    }

    /// Samples of one channel in every packet; 0 if they vary.
    var samplesPerPacket: Int { Int(max(context?.pointee.frame_size ?? 0, 0)) }

    /// Whether all samples of a packet come at once, with the packet's time.
    var isOfWholePackets: Bool {
        context.map { [AV_CODEC_ID_AAC, AV_CODEC_ID_OPUS].contains($0.pointee.codec_id) } ?? false
    }

    private static func check(_ call: String, _ code: Int32) throws(LibAVError) {
        guard code >= 0 else { throw LibAVError(call: call, code: code) }
    }

    /// Hands `packet` to the decoder; nil at the end of the stream.
    func send(_ packet: UnsafePointer<AVPacket>?) throws {
        if let packet, packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0, !isPCM {
            throw MediaFailure("the packet is damaged or cut short")
        }
        try Self.check("avcodec_send_packet", avcodec_send_packet(context, packet))
    }

    /// Whether the stream is PCM, of which a packet that is cut short holds good samples.
    var isPCM: Bool {
        context.map { av_get_exact_bits_per_sample($0.pointee.codec_id) > 0 } ?? false
    }

    /// The next samples, and their time in the unit of the stream's times if it is known; nil if the decoder needs another packet, and
    /// at the end.
    func receive() throws -> (samples: SampleBuffer, time: Int64?)? {
        let code = avcodec_receive_frame(context, frame)
        guard code != -EAGAIN, code != zwl_AVERROR_EOF else { return nil }
        try Self.check("avcodec_receive_frame", code)
        defer { av_frame_unref(frame) }
        guard let frame, let context else { return nil }
        guard frame.pointee.sample_rate == sampleRate, Int(frame.pointee.ch_layout.nb_channels) == channels,
            SampleFormat(AVSampleFormat(frame.pointee.format), bits: context.pointee.bits_per_raw_sample) == format
        else {
            throw MediaFailure("rate, channels or sample format change within the stream: split it there")
        }
        let time = frame.pointee.best_effort_timestamp
        return (try SampleBuffer(frame.pointee, format: format), time == zwl_AV_NOPTS_VALUE ? nil : time)
    }
}
