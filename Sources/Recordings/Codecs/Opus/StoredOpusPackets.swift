import AudioCoding
import Support
import Zarr

/// The packets of an Opus stream that a store keeps end to end, found by its `opus_index`: rows of
/// `[byte_pos, byte_len, sample_count, cum_start, cum_end]`, `cum_end` inclusive.
///
/// Nothing else says where such packets begin, so a row that does not prove right is a packet lost.
struct StoredOpusPackets: OpusPackets {
    private struct Row {
        let offset: UInt64
        let byteCount: UInt64
        let sampleCount: UInt64
        let firstSample: UInt64
    }

    private let blob: CodedBlob
    private let index: ZarrArray
    let count: UInt64

    /// Nil where `index` has another form, or more rows than the blob has bytes.
    init?(blob: CodedBlob, index: ZarrArray) {
        guard index.dataType == .uint64, index.shape.count == 2, index.shape[1] == 5, index.shape[0] > 0,
            index.shape[0] <= blob.byteCount
        else {
            return nil
        }
        self.blob = blob
        self.index = index
        count = index.shape[0]
    }

    func sampleCount(beforeUnit unit: UInt64) throws -> UInt64 {
        let packet = packets(ofUnit: unit).lowerBound
        if packet < count { return try rows(packet..<packet + 1)[0].firstSample }
        let last = try rows(count - 1..<count)[0]
        guard let end = last.firstSample.adding(last.sampleCount) else {
            throw AudioCodingError(.opus, "opus_index counts more samples than fit 64 bits")
        }
        return end
    }

    func forEachPacket(in range: Range<UInt64>, _ body: (UnsafeRawBufferPointer?) throws -> Void) throws {
        guard !range.isEmpty else { return }
        let packets = try rows(range).map { row -> Range<UInt64>? in
            guard row.byteCount > 0, row.byteCount <= Self.packetByteCountLimit,
                let end = row.offset.adding(row.byteCount), end <= blob.byteCount
            else { return nil }
            return row.offset..<end
        }
        try blob.forEachPacket(packets, body)
    }

    /// More than any packet has: 255 streams of six frames of 1275 bytes.
    static let packetByteCountLimit: UInt64 = 255 * 6 * 1275 + 1024

    private func rows(_ range: Range<UInt64>) throws(ZarrError) -> [Row] {
        let numbers = try index.numbers(ofRows: range)
        return stride(from: 0, to: numbers.count, by: 5).map { start in
            Row(
                offset: numbers[start], byteCount: numbers[start + 1], sampleCount: numbers[start + 2],
                firstSample: numbers[start + 3])
        }
    }
}
