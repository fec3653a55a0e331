import Support

/// The layout of a WAV file: a head, the sample data, a tail. It is known before the first sample is decoded.
///
/// Head and tail may be any bytes; the caller ensures that they describe the samples correctly.
public struct WaveLayout: Sendable, Equatable {
    /// The bytes before the sample data.
    public let head: [UInt8]
    /// The bytes after the sample data.
    public let tail: [UInt8]
    /// The sizes of the parts.
    let extent: WaveExtent

    /// A file of `head`, `dataByteCount` bytes of sample data, and `tail`. Nil if it would have more than `Int64.max` bytes.
    public init?(head: [UInt8], dataByteCount: UInt64, tail: [UInt8]) {
        guard
            let extent = WaveExtent(
                headByteCount: UInt64(head.count), dataByteCount: dataByteCount, tailByteCount: UInt64(tail.count))
        else { return nil }
        self.head = head
        self.tail = tail
        self.extent = extent
    }

    /// A WAV file of `sampleCount` samples of each channel: a `WaveHeader` with `metadata`, whole chunks of an even number of bytes; the
    /// samples; and a pad byte if the number of their bytes is odd. Nil if it would have more than `Int64.max` bytes.
    public init?(format: WaveFormat, sampleCount: UInt64, metadata: [UInt8] = []) {
        guard let header = WaveHeader(format: format, sampleCount: sampleCount, metadata: metadata) else { return nil }
        let padding = [UInt8](repeating: 0, count: header.dataByteCount % 2 == 0 ? 0 : 1)
        self.init(head: header.bytes, dataByteCount: header.dataByteCount, tail: padding)
    }
}
