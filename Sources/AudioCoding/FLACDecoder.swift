import CLibAV

/// Decodes FLAC frames, each by itself, to the bytes that a WAV file holds.
///
/// Not Sendable: one thread at a time.
public final class FLACDecoder {
    /// Bytes of one sample of one channel: the bits of the stream, rounded up to whole bytes.
    public let outputBytesPerSample: Int
    private let streamInfo: FLACStreamInfo
    private let decoder: LibAVDecoder

    /// A decoder for the stream that `streamInfo` describes.
    ///
    /// Fails where `outputBytesPerSample` does.
    public init(streamInfo: FLACStreamInfo) throws(AudioCodingError) {
        self.streamInfo = streamInfo
        outputBytesPerSample = try Self.outputBytesPerSample(of: streamInfo)
        decoder = try LibAVDecoder(
            "flac", for: .flac, extradata: streamInfo.bytes, recognition: AV_EF_EXPLODE)
    }

    /// What a decoder of such a stream gives.
    ///
    /// Fails for 32 bits a sample, for which libavcodec up to version 59 decodes nothing and reports no error.
    public static func outputBytesPerSample(of streamInfo: FLACStreamInfo) throws(AudioCodingError) -> Int {
        guard streamInfo.bitsPerSample < 32 else {
            throw AudioCodingError(.flac, "32-bit FLAC is not supported")
        }
        return (streamInfo.bitsPerSample + 7) / 8
    }

    /// Decodes `frame`, header and CRC-16 included and nothing else, into the front of `output`: interleaved, little-endian,
    /// 8 bits unsigned and all others signed, each sample's value as it was coded. Returns the samples of one channel.
    ///
    /// A frame that does not fit the stream, or whose checksums are wrong, is an error.
    public func decode(
        _ frame: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(AudioCodingError) -> Int {
        guard let header = FLACFrameHeader.parse(frame, of: streamInfo) else {
            throw AudioCodingError(.flac, "the bytes do not begin with a frame of the stream")
        }
        // libavcodec would check no more than the bytes it takes for the frame.
        guard CRC.flacFrame.updated(with: frame) == 0 else {
            throw AudioCodingError(.flac, "the frame's checksum is wrong")
        }
        let count = header.blockSize * streamInfo.channels
        guard output.count >= count * outputBytesPerSample else {
            throw AudioCodingError(.flac, "\(header.blockSize) samples do not fit in \(output.count) bytes")
        }
        return try decoder.decode(frame) { (decoded) throws(AudioCodingError) in
            let format = streamInfo.bitsPerSample <= 16 ? AV_SAMPLE_FMT_S16 : AV_SAMPLE_FMT_S32
            guard Int(decoded.nb_samples) == header.blockSize,
                Int(decoded.ch_layout.nb_channels) == streamInfo.channels,
                decoded.format == format.rawValue, let samples = decoded.data.0
            else {
                throw AudioCodingError(.flac, "the frame decodes to other samples than its header announces")
            }
            write(UnsafeRawPointer(samples), count, to: output)
            return header.blockSize
        }
    }

    /// Writes `count` samples, which libavcodec gives aligned to the top of 16 or 32 bits.
    private func write(_ samples: UnsafeRawPointer, _ count: Int, to output: UnsafeMutableRawBufferPointer) {
        let bits = streamInfo.bitsPerSample
        switch outputBytesPerSample {
        case 1:
            let samples = samples.assumingMemoryBound(to: Int16.self)
            for index in 0..<count {
                output[index] = UInt8(truncatingIfNeeded: (samples[index] &>> Int16(16 - bits)) &+ 128)
            }
        case 2:
            let samples = samples.assumingMemoryBound(to: Int16.self)
            for index in 0..<count {
                let sample = (samples[index] &>> Int16(16 - bits)).littleEndian
                output.storeBytes(of: sample, toByteOffset: 2 * index, as: Int16.self)
            }
        case 3:
            let samples = samples.assumingMemoryBound(to: Int32.self)
            for index in 0..<count {
                let sample = samples[index] &>> Int32(32 - bits)
                output[3 * index] = UInt8(truncatingIfNeeded: sample)
                output[3 * index + 1] = UInt8(truncatingIfNeeded: sample &>> 8)
                output[3 * index + 2] = UInt8(truncatingIfNeeded: sample &>> 16)
            }
        default:
            let samples = samples.assumingMemoryBound(to: Int32.self)
            for index in 0..<count {
                let sample = (samples[index] &>> Int32(32 - bits)).littleEndian
                output.storeBytes(of: sample, toByteOffset: 4 * index, as: Int32.self)
            }
        }
    }
}
