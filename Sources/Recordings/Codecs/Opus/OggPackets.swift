import AudioCoding
import Support

/// The packets of an Ogg Opus stream, as a scan of its pages found them.
struct OggPackets: OpusPackets {
    private(set) var blob: CodedBlob
    private var offsets: [UInt64] = []
    private var byteCounts: [UInt32] = []
    /// The pieces of packets that run across pages, by the packets' numbers.
    private var pieces: [Int: [Range<UInt64>]] = [:]
    /// The first sample of every unit.
    private var unitStarts: [UInt64] = []
    private var endSample: UInt64 = 0

    /// Scans all pages of `blob`.
    init(blob: CodedBlob) throws {
        self.blob = blob
        var scanner = OggPacketScanner()
        try blob.forEachPiece(from: 0, damage: CodedBlob.passOverDamagedChunks) { piece in
            append(try scanner.consume(piece))
            try blob.checkFrameCount(offsets.count)
        }
        append(try scanner.finish())
    }

    private mutating func append(_ packets: [OggPacket]) {
        for packet in packets {
            if UInt64(offsets.count) % OpusStream.packetsPerUnit == 0 { unitStarts.append(packet.firstSample) }
            if !packet.laterPieces.isEmpty { pieces[offsets.count] = packet.pieces }
            offsets.append(packet.firstPiece.lowerBound)
            // A packet that does not fit in memory is as good as lost.
            byteCounts.append(UInt32(exactly: packet.byteCount) ?? 0)
            endSample = packet.firstSample.adding(UInt64(packet.sampleCount)) ?? .max
        }
    }

    var count: UInt64 { UInt64(offsets.count) }

    func sampleCount(beforeUnit unit: UInt64) -> UInt64 {
        guard let index = Int(exactly: unit), index < unitStarts.count else { return endSample }
        return unitStarts[index]
    }

    func forEachPacket(in range: Range<UInt64>, _ body: (UnsafeRawBufferPointer?) throws -> Void) throws {
        // Those before the current one that are in one piece each.
        var packets: [Range<UInt64>?] = []
        for number in range {
            guard let index = Int(exactly: number), index < offsets.count, byteCounts[index] > 0 else {
                packets.append(nil)
                continue
            }
            guard let pieces = pieces[index] else {
                packets.append(offsets[index]..<offsets[index] + UInt64(byteCounts[index]))
                continue
            }
            try blob.forEachPacket(packets, body)
            packets = []
            let bytes = try pieces.flatMap { try blob.bytes($0) }
            try bytes.withUnsafeBytes { try body($0) }
        }
        try blob.forEachPacket(packets, body)
    }

    func extent(of range: Range<UInt64>) -> Range<UInt64>? {
        guard let first = Int(exactly: range.lowerBound), let end = Int(exactly: range.upperBound), first < end,
            end <= offsets.count, let start = offsets[first..<end].first
        else { return nil }
        let last = pieces[end - 1]?.last?.upperBound ?? offsets[end - 1].adding(UInt64(byteCounts[end - 1]))
        guard let last, start < last, last <= blob.byteCount else { return nil }
        return start..<last
    }

    func reading(from blob: CodedBlob) -> OggPackets {
        var packets = self
        packets.blob = blob
        return packets
    }
}
