import Support

/// Encodes integer samples losslessly to FLAC frames of one block size.
///
/// Uses libFLAC: libavcodec's encoder supports only 16 and 24 bits, refuses rates that a frame header cannot express, such as those
/// of most ultrasound recorders, and is no faster.
///
/// Not Sendable: one thread at a time.
public final class FLACEncoder {
    /// The numbers of significant bits that samples may have.
    public static let bits = 4...32
    /// The sample rates, in hertz, that a stream may have.
    public static let sampleRates: ClosedRange<UInt32> = 1...655_350
    /// One more than the most samples of one channel: STREAMINFO counts them in 36 bits.
    private static let sampleLimit: UInt64 = 1 << 36

    /// The STREAMINFO block. Before `finish` it lacks frame sizes, samples and MD5.
    public private(set) var streamInfo: FLACStreamInfo
    private let segmentSampleCount: Int
    private let segments: OrderedWork<Source, Result<FLACSegment, AudioCodingError>>
    /// The most segments that may be waiting or in work when `encode` returns.
    private let pendingSegmentLimit: Int
    /// The samples of a segment that is not complete yet.
    private var gathered: [SampleBuffer] = []
    private var gatheredSampleCount = 0
    private var segmentCount: UInt64 = 0
    private var sampleCount: UInt64 = 0
    private var frameByteCounts: ClosedRange<Int>?

    /// The samples of a segment, and the number of its first frame.
    private struct Source: Sendable {
        let samples: [SampleBuffer]
        let firstNumber: UInt64
    }

    /// An encoder of samples of `bits` significant bits, 4 to 32, in 1 to 8 `channels` in WAVE's order, at a `sampleRate` of up to
    /// 655 350 Hz, in blocks of `blockSize` samples. The number of `threads` does not influence the stream.
    public init(
        bits: Int, channels: Int, sampleRate: UInt32, blockSize: Int = 4096, compressionLevel: UInt32 = 5,
        threads: Int = 1
    ) throws(AudioCodingError) {
        guard Self.bits.contains(bits) else {
            throw AudioCodingError(.flac, "samples of \(bits) bits are not supported: 4 to 32 are")
        }
        guard (1...8).contains(channels) else {
            throw AudioCodingError(.flac, "\(channels) channels are not supported: 1 to 8 are")
        }
        guard Self.sampleRates.contains(sampleRate) else {
            throw AudioCodingError(.flac, "\(sampleRate) Hz is not supported: 1 to 655350 Hz are")
        }
        guard (16...65_535).contains(blockSize) else {
            throw AudioCodingError(.flac, "blocks of \(blockSize) samples are not supported: 16 to 65535 are")
        }
        let streamInfo = try FLACStreamInfo(
            minimumBlockSize: blockSize, maximumBlockSize: blockSize, sampleRate: sampleRate, channels: channels,
            bitsPerSample: bits)
        self.streamInfo = streamInfo
        let settings = FLACSegment.Settings(streamInfo: streamInfo, compressionLevel: compressionLevel)
        segmentSampleCount = settings.frameCount * blockSize
        pendingSegmentLimit = threads > 1 ? 2 * threads : 0
        do {
            segments = try OrderedWork(name: "encoder", threads: threads) { source in
                Result { () throws(AudioCodingError) in
                    try FLACSegment(source.samples, from: source.firstNumber, settings)
                }
            }
        } catch {
            throw AudioCodingError(.flac, "the encoder cannot be started: \(error)")
        }
    }

    /// The bytes before the frames: `fLaC` and the current `streamInfo`. Their number never changes.
    public var header: [UInt8] {
        streamInfo.streamHeader
    }

    /// Takes in `samples` and returns the frames that are now complete: those of whole segments of about a megabyte of samples.
    public func encode(_ samples: SampleBuffer) throws(AudioCodingError) -> [EncodedFrame] {
        guard samples.format == .integer(bits: streamInfo.bitsPerSample), samples.channels == streamInfo.channels else {
            throw AudioCodingError(.flac, "the samples are not of the form that the encoder was made for")
        }
        sampleCount += UInt64(samples.sampleCount)
        guard sampleCount < Self.sampleLimit else {
            throw AudioCodingError(.flac, "more than \(Self.sampleLimit - 1) samples do not fit in one stream")
        }
        var start = 0
        while start < samples.sampleCount {
            let end = min(start + segmentSampleCount - gatheredSampleCount, samples.sampleCount)
            gathered.append(samples.subrange(start..<end))
            gatheredSampleCount += end - start
            start = end
            if gatheredSampleCount == segmentSampleCount { submit() }
        }
        return try frames(leaving: pendingSegmentLimit)
    }

    /// Ends the stream and returns the remaining frames; from then on `header` is complete.
    ///
    /// `md5` is the digest of the samples as signed numbers of whole bytes (RFC 9639, section 8.2), or nil for none. The encoder
    /// does not compute it, since that takes a fifth of the time and can be done on another thread.
    public func finish(md5: [UInt8]?) throws(AudioCodingError) -> [EncodedFrame] {
        if gatheredSampleCount > 0 { submit() }
        let frames = try frames(leaving: 0)
        streamInfo = try FLACStreamInfo(
            minimumBlockSize: streamInfo.minimumBlockSize, maximumBlockSize: streamInfo.maximumBlockSize,
            minimumFrameByteCount: UInt32(clamping: frameByteCounts?.lowerBound ?? 0),
            maximumFrameByteCount: UInt32(clamping: frameByteCounts?.upperBound ?? 0),
            sampleRate: streamInfo.sampleRate, channels: streamInfo.channels, bitsPerSample: streamInfo.bitsPerSample,
            totalSamples: sampleCount, md5: md5 ?? Array(repeating: 0, count: 16))
        return frames
    }

    private func submit() {
        let frameCount = UInt64(segmentSampleCount / streamInfo.maximumBlockSize)
        segments.submit(Source(samples: gathered, firstNumber: segmentCount * frameCount))
        segmentCount += 1
        gathered = []
        gatheredSampleCount = 0
    }

    /// Waits for and returns the frames of the oldest segments, until at most `limit` segments are left.
    private func frames(leaving limit: Int) throws(AudioCodingError) -> [EncodedFrame] {
        var frames: [EncodedFrame] = []
        while segments.count > limit, let segment = segments.take() { frames += try segment.get().frames }
        for frame in frames {
            let byteCount = frame.bytes.count
            frameByteCounts =
                frameByteCounts.map { min($0.lowerBound, byteCount)...max($0.upperBound, byteCount) }
                ?? byteCount...byteCount
        }
        return frames
    }
}
