import Support

/// The sizes of the parts of a WAV file: a head, the sample data, a tail.
public struct WaveExtent: Sendable, Equatable {
    /// Bytes before the sample data.
    let headByteCount: UInt64
    /// Bytes of sample data.
    let dataByteCount: UInt64
    /// Bytes of the file: at most `Int64.max`, the largest file offset.
    public let fileSize: UInt64

    /// Nil if the file would have more than `Int64.max` bytes.
    public init?(headByteCount: UInt64, dataByteCount: UInt64, tailByteCount: UInt64) {
        guard let fileSize = headByteCount.adding(dataByteCount)?.adding(tailByteCount),
            fileSize <= UInt64(Int64.max)
        else { return nil }
        self.headByteCount = headByteCount
        self.dataByteCount = dataByteCount
        self.fileSize = fileSize
    }

    /// The parts of `WaveLayout(format:sampleCount:metadata:)` with `metadataByteCount` bytes of metadata, without its bytes; nil if
    /// there is none.
    public init?(format: WaveFormat, sampleCount: UInt64, metadataByteCount: UInt64 = 0) {
        guard
            let sizes = WaveHeader.Sizes(
                format: format, sampleCount: sampleCount, metadataByteCount: metadataByteCount)
        else { return nil }
        self.init(
            headByteCount: sizes.headByteCount, dataByteCount: sizes.dataByteCount, tailByteCount: sizes.padByteCount)
    }

    /// A range of the file, as ranges of its parts: first `head`, then `data`, then `tail`. Any may be empty.
    public struct Parts: Sendable, Equatable {
        /// Bytes of the head.
        public let head: Range<Int>
        /// Bytes of the sample data.
        public let data: Range<UInt64>
        /// Bytes of the tail.
        public let tail: Range<Int>
    }

    /// The parts that the `size` bytes from `offset` on come from, clamped to the file.
    public func parts(offset: UInt64, size: UInt64) -> Parts {
        let start = min(offset, fileSize)
        let end = start + min(size, fileSize - start)
        let dataStart = headByteCount
        let dataEnd = dataStart + dataByteCount

        /// The range within the part `from..<to` of the file, counted from `from`.
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
    /// The same range; it must fit in `Int`, as do the bounds of an array.
    fileprivate init(_ range: Range<UInt64>) {
        self = Int(range.lowerBound)..<Int(range.upperBound)
    }
}
