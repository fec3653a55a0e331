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
/// frame: the output depends on all frames since the decoder was created, and on nothing else. Without noise, it depends on the frame before.
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

    /// Takes from `firstFrame` what a stream may say only there: the channels (configuration 0) and the set-up of SBR. For decoding from the
    /// middle of a stream. The sound of that frame lingers in SBR's state for some frames.
    public func setUp(by firstFrame: UnsafeRawBufferPointer) throws(AudioCodingError) {
        try Self.check(firstFrame)
        try decoder.decode(firstFrame) { _ in }
        decoder.flush()
    }

    /// Whether what `restart` promises is known to hold for the libavcodec that is loaded: for those of FFmpeg 5 and 7. For another, see what
    /// its decoder keeps from frame to frame, and run the tests.
    public static let canRestart = [59, 61].contains(avcodec_version() >> 16)

    /// Makes the decoder ready for other frames of the one form that all it has decoded had, of which the first only sets it up.
    /// They then decode to what a new decoder would give; see `AACNoiselessForm`.
    public func restart() {
        decoder.flush()
        format = nil
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
            let form = try SixteenBit.write(decoded, to: output, channelLimit: 8, sampleLimit: 2048, of: .aac)
            format = AACFormat(
                sampleRate: form.sampleRate, channels: form.channels, samplesPerFrame: form.sampleCount)
            return form.sampleCount
        }
    }

    private static func check(_ frame: UnsafeRawBufferPointer) throws(AudioCodingError) {
        guard let header = ADTSHeader.parse(frame), header.frameByteCount == frame.count,
            header.rawDataBlockCount == 1
        else {
            throw AudioCodingError(.aac, "the bytes are not one ADTS frame of one raw data block")
        }
    }
}
