import CLibAV

/// Samples of 16 bits, interleaved and little-endian as WAV files have them, of the floats that libavcodec's decoders give.
enum SixteenBit {
    /// What a frame of a decoder has.
    struct FrameForm {
        /// Samples of one channel a second.
        let sampleRate: UInt32
        let channels: Int
        /// Samples of one channel.
        let sampleCount: Int
    }

    /// Writes the samples of `frame`, a plane of floats for each channel, to the front of `output`.
    ///
    /// Throws an error of `codec` if there are others, none, or more than `channelLimit` channels of `sampleLimit` samples, and if
    /// they do not fit in `output`.
    static func write(
        _ frame: borrowing AVFrame, to output: UnsafeMutableRawBufferPointer, channelLimit: Int, sampleLimit: Int,
        of codec: AudioCodingError.Codec
    ) throws(AudioCodingError) -> FrameForm {
        let channels = Int(frame.ch_layout.nb_channels)
        let samples = Int(frame.nb_samples)
        guard frame.format == AV_SAMPLE_FMT_FLTP.rawValue, let data = frame.extended_data,
            let sampleRate = UInt32(exactly: frame.sample_rate), sampleRate > 0,
            1...max(channelLimit, 1) ~= channels, 1...max(sampleLimit, 1) ~= samples
        else {
            throw AudioCodingError(codec, "\(channels) channels, \(samples) samples a frame are not supported")
        }
        guard output.count >= samples * channels * 2, let target = output.baseAddress else {
            throw AudioCodingError(
                codec, "\(samples) samples of \(channels) channels do not fit in \(output.count) bytes")
        }
        var planes: [UnsafePointer<Float>] = []
        for channel in 0..<channels {
            guard let plane = data[channel] else {
                throw AudioCodingError(codec, "channel \(channel + 1) has no samples")
            }
            planes.append(UnsafeRawPointer(plane).assumingMemoryBound(to: Float.self))
        }
        interleave(planes, samples, to: target)
        return FrameForm(sampleRate: sampleRate, channels: channels, sampleCount: samples)
    }

    /// Writes `count` samples of each of `planes`. One and two channels, the usual numbers, have loops that the compiler makes
    /// vectors of.
    private static func interleave(
        _ planes: [UnsafePointer<Float>], _ count: Int, to target: UnsafeMutableRawPointer
    ) {
        // The products do not wrap around: `target` has room for all samples.
        switch planes.count {
        case 1:
            let plane = planes[0]
            for index in 0..<count {
                target.storeBytes(of: integer(plane[index]).littleEndian, toByteOffset: index &* 2, as: Int16.self)
            }
        case 2:
            let (left, right) = (planes[0], planes[1])
            for index in 0..<count {
                let low = UInt32(UInt16(bitPattern: integer(left[index])))
                let high = UInt32(UInt16(bitPattern: integer(right[index])))
                target.storeBytes(of: (high << 16 | low).littleEndian, toByteOffset: index &* 4, as: UInt32.self)
            }
        default:
            let stride = planes.count * 2
            for (channel, plane) in planes.enumerated() {
                let target = target + 2 * channel
                for index in 0..<count {
                    target.storeBytes(
                        of: integer(plane[index]).littleEndian, toByteOffset: index &* stride, as: Int16.self)
                }
            }
        }
    }

    /// `sample` scaled by 32 768, rounded to the nearest integer (to the even one of two) and clipped, as libswresample does.
    /// What is no number becomes -32 768.
    @inline(__always)
    static func integer(_ sample: Float) -> Int16 {
        let scaled = sample * 32_768
        let raised = scaled > -32_768 ? scaled : -32_768
        let clipped = raised < 32_767 ? raised : 32_767
        // Beside 1.5 · 2^23 a float has no room for fractions: the sum is rounded, and its low bits are the integer.
        return Int16(truncatingIfNeeded: (clipped + 12_582_912).bitPattern)
    }
}
