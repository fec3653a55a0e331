import AudioCoding
import Support
import Zarr

/// The packets of an Opus stream that a store keeps end to end, found by its `opus_index`.
///
/// Nothing else says where such packets begin, so the packet of a row that cannot be right is lost.
struct StoredOpusPackets: OpusPackets {
    /// Where the packets are, as the store says.
    let index: StoredIndex<OpusPacketRow>
    private(set) var blob: CodedBlob

    /// Nil if `index` has more rows than the blob has bytes.
    init?(blob: CodedBlob, index: StoredIndex<OpusPacketRow>) {
        guard index.count <= blob.byteCount else { return nil }
        self.blob = blob
        self.index = index
    }

    var count: UInt64 { index.count }

    func sampleCount(beforeUnit unit: UInt64) throws -> UInt64 {
        let packet = packets(ofUnit: unit).lowerBound
        if packet < count { return try index.rowsAndNeighbours(packet..<packet + 1)[0].firstSample }
        let last = try index.rows(count - 1..<count)[0]
        guard let end = last.firstSample.adding(last.sampleCount) else {
            throw AudioCodingError(.opus, "opus_index counts more samples than fit 64 bits")
        }
        return end
    }

    func forEachPacket(in range: Range<UInt64>, _ body: (UnsafeRawBufferPointer?) throws -> Void) throws {
        guard !range.isEmpty else { return }
        try blob.forEachPacket(try index.rowsAndNeighbours(range).map { $0.bytes(within: blob.byteCount) }, body)
    }

    func extent(of range: Range<UInt64>) -> Range<UInt64>? {
        guard !range.isEmpty, let (first, last) = try? ends(of: range),
            let start = first.bytes(within: blob.byteCount)?.lowerBound,
            let end = last.bytes(within: blob.byteCount)?.upperBound, start < end
        else { return nil }
        return start..<end
    }

    /// The first and the last row of `range`, which is not empty. They are read at once if they lie near each other.
    private func ends(of range: Range<UInt64>) throws -> (OpusPacketRow, OpusPacketRow) {
        if range.count <= Self.nearRowCount {
            let rows = try index.rowsAndNeighbours(range)
            return (rows[0], rows[rows.count - 1])
        }
        return (
            try index.rows(range.lowerBound..<range.lowerBound + 1)[0],
            try index.rows(range.upperBound - 1..<range.upperBound)[0]
        )
    }

    private static let nearRowCount = 1024

    func reading(from blob: CodedBlob) -> StoredOpusPackets {
        var packets = self
        packets.blob = blob
        return packets
    }
}
