import Support

/// Where the bytes of a WAV file come from: a head, the sample data, a tail.
///
/// All that is known before the first sample is decoded. Head and tail are any bytes; what they say of the samples is the
/// business of whoever made them.
public struct WaveLayout: Sendable, Equatable {
    /// The bytes before the sample data.
    public let head: [UInt8]
    /// The bytes after the sample data.
    public let tail: [UInt8]
    /// How many bytes each part has.
    public let extent: WaveExtent

    /// A file of `head`, `dataByteCount` bytes of sample data, and `tail`. Nil where the file would be over `Int64.max` bytes.
    public init?(head: [UInt8], dataByteCount: UInt64, tail: [UInt8]) {
        guard
            let extent = WaveExtent(
                headByteCount: UInt64(head.count), dataByteCount: dataByteCount, tailByteCount: UInt64(tail.count))
        else { return nil }
        self.head = head
        self.tail = tail
        self.extent = extent
    }

    /// A plain WAV file of `sampleCount` samples of each channel: a `WaveHeader`, the samples, a pad byte where their bytes
    /// are odd in number. Nil where the file would be over `Int64.max` bytes.
    public init?(format: WaveFormat, sampleCount: UInt64) {
        guard let header = WaveHeader(format: format, sampleCount: sampleCount) else { return nil }
        let padding = [UInt8](repeating: 0, count: header.dataByteCount % 2 == 0 ? 0 : 1)
        self.init(head: header.bytes, dataByteCount: header.dataByteCount, tail: padding)
    }
}
