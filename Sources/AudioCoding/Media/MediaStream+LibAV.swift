import CLibAV
import Support

extension MediaStream {
    /// `stream` of `container`; nil if it is not sound.
    init?(_ stream: borrowing AVStream, in container: MediaContainer) {
        guard let parameters = stream.codecpar?.pointee, parameters.codec_type == AVMEDIA_TYPE_AUDIO,
            let sampleRate = UInt32(exactly: parameters.sample_rate), sampleRate > 0,
            parameters.ch_layout.nb_channels > 0
        else { return nil }
        index = Int(stream.index)
        codec = String(cString: avcodec_get_name(parameters.codec_id))
        self.sampleRate = sampleRate
        channels = Int(parameters.ch_layout.nb_channels)
        format = try? MediaDecoder(stream).format
        let rate = AVRational(num: 1, den: parameters.sample_rate)
        if stream.duration > 0 {
            announcedSampleCount = UInt64(exactly: av_rescale_q(stream.duration, stream.time_base, rate))
        } else {
            announcedSampleCount = container.duration.flatMap {
                UInt64(exactly: av_rescale_q($0, AVRational(num: 1, den: AV_TIME_BASE), rate))
            }
        }
        cutSampleCount = Self.cutSampleCount(stream, parameters, announced: announcedSampleCount ?? .max)
        lostStart = container.outline.lostStart(of: Int(stream.index)).map {
            av_rescale_q($0, AVRational(num: 1, den: 1_000_000_000), rate)
        }
        initialPadding = Int(max(parameters.initial_padding, 0))
        bitRate = parameters.bit_rate > 0 ? UInt64(parameters.bit_rate) : nil
        let disposition = stream.disposition
        dispositions = (0..<31).compactMap { bit in
            guard disposition & (1 << bit) != 0, let name = av_disposition_to_string(1 << bit) else { return nil }
            return String(cString: name)
        }
        tags = [String: String](stream.metadata)
        profile = parameters.profile == FF_PROFILE_UNKNOWN ? nil : Int(parameters.profile)
        configuration = Array(
            UnsafeBufferPointer(start: parameters.extradata, count: Int(max(parameters.extradata_size, 0))))
    }

    /// Of the samples in the packets that the index of `stream` counts, how many are not among those `announced`; 0 if that is no more than
    /// priming and padding, a quarter of a second.
    private static func cutSampleCount(
        _ stream: borrowing AVStream, _ parameters: AVCodecParameters, announced: UInt64
    ) -> UInt64 {
        guard stream.duration > 0, stream.nb_frames > 0, parameters.frame_size > 1,
            let held = UInt64(exactly: stream.nb_frames)?.multiplied(by: UInt64(parameters.frame_size)),
            let cut = held.subtracting(announced), cut > UInt64(parameters.sample_rate) / 4
        else { return 0 }
        return cut
    }
}
