import AudioCoding
import Support

/// A row of `opus_index`: `[byte_pos, byte_len, sample_count, cum_start, cum_end]`.
struct OpusPacketRow: FrameRow {
    /// The packet's first byte, from the start of the packets.
    let byteOffset: UInt64
    /// Bytes of the packet.
    let byteCount: UInt64
    /// Samples of one channel that the packet decodes to.
    let sampleCount: UInt64
    /// The first of those samples, from the start of the stream.
    let firstSample: UInt64
    /// The last of them; a packet has at least one.
    let lastSample: UInt64

    /// Numbers in a row.
    static let columnCount = 5

    /// The numbers that the row is stored as.
    var numbers: [UInt64] { [byteOffset, byteCount, sampleCount, firstSample, lastSample] }

    /// The row that is stored as `numbers`, of which there are exactly `columnCount`.
    init(numbers: ArraySlice<UInt64>) {
        let first = numbers.startIndex
        byteOffset = numbers[first]
        byteCount = numbers[first + 1]
        sampleCount = numbers[first + 2]
        firstSample = numbers[first + 3]
        lastSample = numbers[first + 4]
    }

    /// A row of a packet of `byteCount` bytes from `byteOffset` on, which decodes to `sampleCount` samples, at least one, from
    /// `firstSample` on.
    init(byteOffset: UInt64, byteCount: UInt64, firstSample: UInt64, sampleCount: UInt64) {
        self.byteOffset = byteOffset
        self.byteCount = byteCount
        self.sampleCount = sampleCount
        self.firstSample = firstSample
        lastSample = (firstSample.adding(sampleCount) ?? .max).subtracting(1) ?? 0
    }

    /// The row of `packet`.
    init(_ packet: CodedFrame) {
        self.init(
            byteOffset: packet.offset, byteCount: UInt64(packet.byteCount), firstSample: packet.firstSample,
            sampleCount: UInt64(packet.sampleCount))
    }

    /// The packet's bytes; nil if they do not lie within a stream of `streamByteCount`, or are more than any packet has.
    func bytes(within streamByteCount: UInt64) -> Range<UInt64>? {
        guard byteCount > 0, byteCount <= Self.byteCountLimit, let end = byteOffset.adding(byteCount),
            end <= streamByteCount
        else { return nil }
        return byteOffset..<end
    }

    /// More than any packet has: 255 streams of six frames of 1275 bytes.
    private static let byteCountLimit: UInt64 = 255 * 6 * 1275 + 1024
}
