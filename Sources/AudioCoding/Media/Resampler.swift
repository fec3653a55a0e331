import CLibAV
import Support

/// Converts samples from one rate to another by libswresample, with its default filter. The results are floats.
///
/// The filter's delay is removed, so that sample 0 stays where it is. The same samples give the same result in whatever pieces they come.
///
/// Not Sendable: one thread at a time.
public final class Resampler {
    /// The most channels that libswresample takes.
    public static let channelLimit = 64

    private let channels: Int
    private let inputRate: UInt32
    private let outputRate: UInt32
    private var context: OpaquePointer?
    private var inputCount: UInt64 = 0
    private var outputCount: UInt64 = 0

    /// A resampler of interleaved `channels` from `inputRate` to `outputRate`, in samples of one channel a second.
    public init(channels: Int, from inputRate: UInt32, to outputRate: UInt32) throws(AudioCodingError) {
        guard (1...Self.channelLimit).contains(channels), let input = Int32(exactly: inputRate), input > 0,
            let output = Int32(exactly: outputRate), output > 0
        else {
            throw AudioCodingError(
                .pcm, "\(channels) channels cannot be resampled from \(inputRate) to \(outputRate) Hz")
        }
        self.channels = channels
        self.inputRate = inputRate
        self.outputRate = outputRate
        // Without an order: each channel is resampled by itself, whatever it is.
        var layout = AVChannelLayout()
        layout.order = AV_CHANNEL_ORDER_UNSPEC
        layout.nb_channels = Int32(channels)
        var code = withUnsafeMutablePointer(to: &layout) { layout in
            swr_alloc_set_opts2(
                &context, layout, AV_SAMPLE_FMT_FLT, output, layout, AV_SAMPLE_FMT_FLT, input, 0, nil)
        }
        if code == 0 { code = swr_init(context) }
        guard code == 0 else {
            throw AudioCodingError(
                .pcm, "the resampler cannot be opened", cause: LibAVError(call: "swr_init", code: code))
        }
    }

    deinit {
        swr_free(&context)
    }

    /// The length of what was taken so far, in samples of one channel at the new rate, rounded up.
    public var sampleCount: UInt64 {
        let (product, overflow) = inputCount.multipliedReportingOverflow(by: UInt64(outputRate))
        return overflow ? .max : (product.dividedRoundingUp(by: UInt64(inputRate)) ?? 0)
    }

    /// Takes `samples`, and returns those of the new rate that are complete by now.
    public func resample(_ samples: SampleBuffer) throws(AudioCodingError) -> SampleBuffer {
        guard samples.channels == channels else {
            throw AudioCodingError(.pcm, "\(samples.channels) channels came instead of \(channels)")
        }
        inputCount += UInt64(samples.sampleCount)
        return try convert(samples.floats(), samples.sampleCount)
    }

    /// Ends the samples here, and returns those left: `sampleCount` in all.
    public func finish() throws(AudioCodingError) -> SampleBuffer {
        let rest = try convert(nil, 0)
        let missing = Int(clamping: sampleCount) - Int(clamping: outputCount - UInt64(rest.sampleCount))
        outputCount = sampleCount
        guard missing > rest.sampleCount else { return rest.subrange(0..<max(missing, 0)) }
        // The filter may end a sample early.
        let silence = [Float](repeating: 0, count: (missing - rest.sampleCount) * channels)
        return (rest.floats() + silence).withUnsafeBufferPointer { SampleBuffer(floats: $0, channels: channels) }
    }

    /// Converts `count` samples, nil at the end, and returns the result.
    private func convert(_ samples: [Float]?, _ count: Int) throws(AudioCodingError) -> SampleBuffer {
        guard let count = Int32(exactly: count), case let capacity = swr_get_out_samples(context, count), capacity >= 0,
            let byteCount = Int(capacity).multiplied(by: channels * MemoryLayout<Float>.size)
        else {
            throw AudioCodingError(.pcm, "\(count) samples at a time are too many to resample")
        }
        var converted: Int32 = 0
        let block = Block(count: byteCount) { target in
            var output = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard let samples else {
                converted = swr_convert(context, &output, capacity, nil, 0)
                return
            }
            converted = samples.withUnsafeBytes { samples in
                var input = samples.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return swr_convert(context, &output, capacity, &input, count)
            }
        }
        guard converted >= 0 else {
            throw AudioCodingError(
                .pcm, "the samples cannot be resampled", cause: LibAVError(call: "swr_convert", code: converted))
        }
        outputCount += UInt64(converted)
        return SampleBuffer(
            format: .float32, channels: channels,
            slice: BlockSlice(block, 0..<Int(converted) * channels * MemoryLayout<Float>.size))
    }
}
