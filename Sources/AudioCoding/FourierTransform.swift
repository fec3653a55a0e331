import CLibAV

/// The discrete Fourier transform of real numbers, by libavutil (av_tx_init in libavutil/tx.h).
///
/// It calculates with double precision, for which libavutil has the same code on all processors. Not Sendable: one thread at a time.
public final class FourierTransform {
    /// How many numbers are transformed at once.
    public let count: Int
    private let context: OpaquePointer
    private let transform: av_tx_fn
    private let input: UnsafeMutableBufferPointer<Double>
    private let output: UnsafeMutableBufferPointer<AVComplexDouble>

    /// The counts that are supported; all of them must be powers of two.
    public static let counts = 16...(1 << 20)

    /// A transform of `count` numbers; nil if that is no power of two in `counts`, or if there is too little memory.
    public init?(count: Int) {
        guard Self.counts.contains(count), count.nonzeroBitCount == 1 else { return nil }
        var context: OpaquePointer?
        var transform: av_tx_fn?
        var scale = 1.0
        let code = av_tx_init(&context, &transform, AV_TX_DOUBLE_RDFT, 0, Int32(count), &scale, 0)
        let input = av_calloc(count + 2, MemoryLayout<Double>.stride)
        let output = av_calloc(count / 2 + 1, MemoryLayout<AVComplexDouble>.stride)
        guard code >= 0, let context, let transform, let input, let output else {
            av_tx_uninit(&context)
            av_free(input)
            av_free(output)
            return nil
        }
        self.count = count
        self.context = context
        self.transform = transform
        self.input = UnsafeMutableBufferPointer(start: input.assumingMemoryBound(to: Double.self), count: count)
        self.output = UnsafeMutableBufferPointer(
            start: output.assumingMemoryBound(to: AVComplexDouble.self), count: count / 2 + 1)
    }

    deinit {
        var context = Optional(context)
        av_tx_uninit(&context)
        av_free(input.baseAddress)
        av_free(output.baseAddress)
    }

    /// Transforms the numbers that `fill` writes to its argument, `count` of them, and adds the squared magnitude of each of the
    /// frequencies 0...count/2 to the element of `powers` that has its number.
    public func addPowers(to powers: inout [Double], fill: (UnsafeMutableBufferPointer<Double>) -> Void) {
        fill(input)
        transform(context, output.baseAddress, input.baseAddress, MemoryLayout<Double>.stride)
        for (frequency, value) in zip(powers.indices, output) {
            powers[frequency] += value.re * value.re + value.im * value.im
        }
    }
}
