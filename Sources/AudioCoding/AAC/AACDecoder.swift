import CLibAV

/// The format that an AAC stream decodes to. Its headers do not say it: SBR doubles the rate and the samples, and PS makes two
/// channels of one.
public struct AACFormat: Sendable, Equatable {
    /// Samples of one channel per second.
    public let sampleRate: UInt32
    /// 1 to 8, in WAVE's order.
    public let channels: Int
    /// Samples of one channel in every frame: 1024, or 2048 with SBR.
    public let samplesPerFrame: Int

    /// A format of `channels` at `sampleRate`, in frames of `samplesPerFrame`.
    public init(sampleRate: UInt32, channels: Int, samplesPerFrame: Int) {
        self.sampleRate = sampleRate
        self.channels = channels
        self.samplesPerFrame = samplesPerFrame
    }

    /// Bytes that a frame decodes to, at 16 bits per sample.
    public var frameByteCount: Int { samplesPerFrame * channels * 2 }
}

/// Decodes the frames of an ADTS stream to 16-bit samples.
///
/// A frame's samples overlap with those of the frame before, and the generator of noise substitution keeps running from frame to
/// frame: the output depends on all frames since the decoder was created, and on nothing else.
///
/// Not Sendable: one thread at a time.
public final class AACDecoder {
    /// The most bytes that the samples of a frame take: eight channels with SBR.
    public static let maximumOutputByteCount = 2048 * 8 * 2

    /// The format of the frame decoded last; nil before the first.
    public private(set) var format: AACFormat?
    private let decoder: LibAVDecoder

    /// A decoder in its initial state, which is always the same.
    public init() throws(AudioCodingError) {
        decoder = try LibAVDecoder("aac", for: .aac)
    }

    /// A decoder that has taken from `firstFrame` what a stream may say only there: the channels (configuration 0) and the set-up
    /// of SBR. For decoding from the middle of a stream. The sound of that frame lingers in SBR's state for some frames.
    public convenience init(firstFrame: UnsafeRawBufferPointer) throws(AudioCodingError) {
        try self.init()
        try Self.check(firstFrame)
        try decoder.decode(firstFrame) { _ in }
        decoder.flush()
    }

    /// The format that the stream beginning with `frames` decodes to; a handful of frames is enough.
    ///
    /// The first frames may lack the set-up of SBR, so the last one decides.
    public static func format(of frames: [UnsafeRawBufferPointer]) throws(AudioCodingError) -> AACFormat {
        let decoder = try AACDecoder()
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: maximumOutputByteCount, alignment: 16)
        defer { output.deallocate() }
        for frame in frames {
            _ = try decoder.decode(frame, into: output)
        }
        guard let format = decoder.format else {
            throw AudioCodingError(.aac, "the stream has no frame")
        }
        return format
    }

    /// Decodes `frame`, which includes its ADTS header, into the front of `output`: interleaved, little-endian, 16 bits, clipped.
    /// Returns the number of samples of one channel.
    public func decode(
        _ frame: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(AudioCodingError) -> Int {
        try Self.check(frame)
        return try decoder.decode(frame) { (decoded) throws(AudioCodingError) in
            let channels = Int(decoded.ch_layout.nb_channels)
            let samples = Int(decoded.nb_samples)
            guard decoded.format == AV_SAMPLE_FMT_FLTP.rawValue, let planes = decoded.extended_data,
                let sampleRate = UInt32(exactly: decoded.sample_rate), sampleRate > 0,
                (1...8).contains(channels), (1...2048).contains(samples)
            else {
                throw AudioCodingError(
                    .aac, "\(channels) channels, \(samples) samples a frame are not supported")
            }
            guard output.count >= samples * channels * 2 else {
                throw AudioCodingError(
                    .aac, "\(samples) samples of \(channels) channels do not fit in \(output.count) bytes")
            }
            for channel in 0..<channels {
                guard let plane = planes[channel] else {
                    throw AudioCodingError(.aac, "channel \(channel + 1) has no samples")
                }
                let source = UnsafeRawPointer(plane).assumingMemoryBound(to: Float.self)
                for index in 0..<samples {
                    output.storeBytes(
                        of: Self.integer(source[index]).littleEndian, toByteOffset: 2 * (index * channels + channel),
                        as: Int16.self)
                }
            }
            format = AACFormat(sampleRate: sampleRate, channels: channels, samplesPerFrame: samples)
            return samples
        }
    }

    private static func check(_ frame: UnsafeRawBufferPointer) throws(AudioCodingError) {
        guard let header = ADTSHeader.parse(frame), header.frameByteCount == frame.count,
            header.rawDataBlockCount == 1
        else {
            throw AudioCodingError(.aac, "the bytes are not one ADTS frame of one raw data block")
        }
    }

    /// `sample` scaled by 32 768, rounded to the nearest integer (ties to even) and clipped, as by libswresample. NaN becomes
    /// -32 768.
    static func integer(_ sample: Float) -> Int16 {
        let scaled = sample * 32_768
        let raised = scaled > -32_768 ? scaled : -32_768
        let clipped = raised < 32_767 ? raised : 32_767
        // Near 1.5 · 2^23 a float has no bits for fractions: the sum is rounded, and its low bits are the integer.
        return Int16(truncatingIfNeeded: (clipped + 12_582_912).bitPattern)
    }
}
