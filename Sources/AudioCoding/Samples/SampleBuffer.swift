public import Support

/// Decoded samples: all channels interleaved, in WAVE's order where they have one.
public struct SampleBuffer: Sendable {
    /// How each sample of each channel is kept.
    public let format: SampleFormat
    /// Interleaved channels, at least one.
    public let channels: Int
    /// Samples of one channel.
    public let sampleCount: Int
    /// The bytes, `sampleCount · channels · format.byteCount` of them.
    public let slice: BlockSlice

    /// The samples that `slice` holds; bytes behind the last whole one are left out.
    public init(format: SampleFormat, channels: Int, slice: BlockSlice) {
        self.format = format
        self.channels = max(channels, 1)
        let stride = max(format.byteCount * self.channels, 1)
        sampleCount = slice.count / stride
        self.slice = BlockSlice(
            slice.block, slice.range.lowerBound..<slice.range.lowerBound + sampleCount * stride)
    }

    /// A copy of `bytes`, without those behind the last whole sample.
    public init(format: SampleFormat, channels: Int, bytes: UnsafeRawBufferPointer) {
        self.init(format: format, channels: channels, slice: BlockSlice(Block(bytes)))
    }

    /// The bytes. Valid as long as `slice` is; keep a reference while using them.
    public var bytes: UnsafeRawBufferPointer { slice.bytes }

    /// The samples in `range`, cut to what there is.
    public func subrange(_ range: Range<Int>) -> SampleBuffer {
        let range = range.clamped(to: 0..<sampleCount)
        let stride = format.byteCount * channels
        let start = slice.range.lowerBound + range.lowerBound * stride
        return SampleBuffer(
            format: format, channels: channels, slice: BlockSlice(slice.block, start..<start + range.count * stride))
    }
}
