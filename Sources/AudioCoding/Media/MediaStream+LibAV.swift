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
        let times = container.movieTimes(of: index)
        let announced: UInt64?
        if let times {
            announced = UInt64(exactly: times.end - times.start)
        } else if stream.duration > 0 {
            announced = UInt64(exactly: av_rescale_q(stream.duration, stream.time_base, rate))
        } else {
            announced = container.duration.flatMap {
                UInt64(exactly: av_rescale_q($0, AVRational(num: 1, den: AV_TIME_BASE), rate))
            }
        }
        let held = if let times { Int64?(times.sampleCount) } else { Self.heldSampleCount(stream, parameters) }
        let cut = held.flatMap { UInt64(exactly: $0) }?.subtracting(announced ?? .max) ?? 0
        // No more than that is priming and padding.
        cutSampleCount = cut > UInt64(sampleRate) / 4 ? cut : 0
        lostStart = container.outline.lostStart(of: index).map {
            av_rescale_q($0, AVRational(num: 1, den: 1_000_000_000), rate)
        }
        initialPadding = if let times { Int(clamping: times.start) } else { Int(max(parameters.initial_padding, 0)) }
        let first = stream.start_time
        let start = first == zwl_AV_NOPTS_VALUE ? 0 : av_rescale_q(first, stream.time_base, rate)
        // Other containers count from anywhere, and the frames of FLAC bear numbers.
        let countsFromZero = container.format.hasPrefix("matroska") && parameters.codec_id != AV_CODEC_ID_FLAC
        firstSample = countsFromZero && lostStart == nil ? UInt64(clamping: start) : 0
        // Counted from time 0.
        announcedSampleCount = if let announced { announced.subtracting(firstSample) ?? 0 } else { nil }
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

    /// Samples of one channel in the packets that the index of `stream` counts; nil if it has none.
    private static func heldSampleCount(_ stream: borrowing AVStream, _ parameters: AVCodecParameters) -> Int64? {
        guard stream.duration > 0, stream.nb_frames > 0, parameters.frame_size > 1 else { return nil }
        return stream.nb_frames.multiplied(by: Int64(parameters.frame_size))
    }
}
