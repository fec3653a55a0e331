import AudioCoding
import Support

/// A row of the index of a stream of frames, such as `flac_index`: `[byte_offset, frame_size, sample_pos]`.
struct FrameIndexRow: FrameRow {
    /// The frame's first byte, from the start of the stream.
    let byteOffset: UInt64
    /// Bytes of the frame.
    let byteCount: UInt64
    /// The first sample of one channel that the frame decodes to, from the start of the stream.
    let firstSample: UInt64

    /// Numbers in a row.
    static let columnCount = 3

    /// The numbers that the row is stored as.
    var numbers: [UInt64] { [byteOffset, byteCount, firstSample] }

    /// The row that is stored as `numbers`, of which there are exactly `columnCount`.
    init(numbers: ArraySlice<UInt64>) {
        let first = numbers.startIndex
        self.init(byteOffset: numbers[first], byteCount: numbers[first + 1], firstSample: numbers[first + 2])
    }

    /// A row of a frame of `byteCount` bytes from `byteOffset` on, which decodes to samples from `firstSample` on.
    init(byteOffset: UInt64, byteCount: UInt64, firstSample: UInt64) {
        self.byteOffset = byteOffset
        self.byteCount = byteCount
        self.firstSample = firstSample
    }

    /// The row of `frame`.
    init(_ frame: CodedFrame) {
        self.init(byteOffset: frame.offset, byteCount: UInt64(frame.byteCount), firstSample: frame.firstSample)
    }

    /// The frame's bytes; nil if they do not lie within a stream of `streamByteCount`.
    func bytes(within streamByteCount: UInt64) -> Range<UInt64>? {
        guard byteCount > 0, let end = byteOffset.adding(byteCount), end <= streamByteCount else { return nil }
        return byteOffset..<end
    }
}
