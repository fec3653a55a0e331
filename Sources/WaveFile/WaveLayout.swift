import Support

/// Where the bytes of a WAV file come from: a head, the sample data, a tail.
///
/// All that is known before the first sample is decoded. Head and tail are any bytes; what they say of the samples is the
/// business of whoever made them.
public struct WaveLayout: Sendable, Equatable {
    /// The bytes before the sample data.
    public let head: [UInt8]
    /// Bytes of sample data.
    public let dataByteCount: UInt64
    /// The bytes after the sample data.
    public let tail: [UInt8]
    /// Bytes of the file, at most `Int64.max`: what a file offset can say.
    public let fileSize: UInt64

    /// A file of `head`, `dataByteCount` bytes of sample data, and `tail`. Nil where the file would be over `Int64.max` bytes.
    public init?(head: [UInt8], dataByteCount: UInt64, tail: [UInt8]) {
        guard let untilTail = dataByteCount.adding(UInt64(head.count)),
            let fileSize = untilTail.adding(UInt64(tail.count)), fileSize <= UInt64(Int64.max)
        else { return nil }
        self.head = head
        self.dataByteCount = dataByteCount
        self.tail = tail
        self.fileSize = fileSize
    }

    /// A plain WAV file of `sampleCount` samples of each channel: a `WaveHeader`, the samples, a pad byte where their bytes
    /// are odd in number. Nil where the file would be over `Int64.max` bytes.
    public init?(format: WaveFormat, sampleCount: UInt64) {
        guard let header = WaveHeader(format: format, sampleCount: sampleCount) else { return nil }
        let padding = [UInt8](repeating: 0, count: header.dataByteCount % 2 == 0 ? 0 : 1)
        self.init(head: header.bytes, dataByteCount: header.dataByteCount, tail: padding)
    }

    /// A range of the file, told as ranges of its parts: first `head`, then `data`, then `tail`. Any may be empty.
    public struct Parts: Sendable, Equatable {
        /// Bytes of the head.
        public let head: Range<Int>
        /// Bytes of the sample data.
        public let data: Range<UInt64>
        /// Bytes of the tail.
        public let tail: Range<Int>
    }

    /// Where the `size` bytes from `offset` on come from, cut off at the end of the file.
    public func parts(offset: UInt64, size: UInt64) -> Parts {
        let start = min(offset, fileSize)
        let end = start + min(size, fileSize - start)
        let dataStart = UInt64(head.count)
        let dataEnd = dataStart + dataByteCount

        /// What lies in the part of the file `from..<to`, counted from `from`.
        func overlap(_ from: UInt64, _ to: UInt64) -> Range<UInt64> {
            let lower = min(max(start, from), to)
            let upper = min(max(end, from), to)
            return lower - from..<upper - from
        }
        return Parts(
            head: Range(overlap(0, dataStart)), data: overlap(dataStart, dataEnd),
            tail: Range(overlap(dataEnd, fileSize)))
    }
}

extension Range<Int> {
    /// A range within an array's bounds.
    fileprivate init(_ range: Range<UInt64>) {
        self = Int(range.lowerBound)..<Int(range.upperBound)
    }
}
