public import Support

/// Decoded samples: all channels interleaved, in WAVE's order if they have one.
public struct SampleBuffer: Sendable {
    /// The format of each sample of each channel.
    public let format: SampleFormat
    /// The number of interleaved channels, at least one.
    public let channels: Int
    /// Samples of one channel.
    public let sampleCount: Int
    /// The bytes, `sampleCount · channels · format.byteCount` of them.
    public let slice: BlockSlice

    /// The samples in `slice`; bytes behind the last whole sample are left out.
    public init(format: SampleFormat, channels: Int, slice: BlockSlice) {
        self.format = format
        self.channels = max(channels, 1)
        let stride = max(format.byteCount * self.channels, 1)
        sampleCount = slice.count / stride
        self.slice = BlockSlice(
            slice.block, slice.range.lowerBound..<slice.range.lowerBound + sampleCount * stride)
    }

    /// A copy of the samples in `bytes`; bytes behind the last whole sample are left out.
    public init(format: SampleFormat, channels: Int, bytes: UnsafeRawBufferPointer) {
        self.init(format: format, channels: channels, slice: BlockSlice(Block(bytes)))
    }

    /// `count` samples of silence.
    static func silence(_ format: SampleFormat, channels: Int, count: Int) -> SampleBuffer {
        let byteCount = max(count, 0) * max(channels, 1) * format.byteCount
        // Samples of up to 8 bits are unsigned.
        let isUnsigned = if case .integer(let bits) = format { bits <= 8 } else { false }
        let bytes = [UInt8](repeating: isUnsigned ? 0x80 : 0, count: byteCount)
        return bytes.withUnsafeBytes { SampleBuffer(format: format, channels: channels, bytes: $0) }
    }

    /// The bytes. The pointer is valid as long as `slice` lives; keep a reference while using it.
    public var bytes: UnsafeRawBufferPointer { slice.bytes }

    /// The samples in `range`, clamped to the buffer.
    public func subrange(_ range: Range<Int>) -> SampleBuffer {
        let range = range.clamped(to: 0..<sampleCount)
        let stride = format.byteCount * channels
        let start = slice.range.lowerBound + range.lowerBound * stride
        return SampleBuffer(
            format: format, channels: channels, slice: BlockSlice(slice.block, start..<start + range.count * stride))
    }
}
