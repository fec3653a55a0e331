import AudioCoding
import Support

/// The packets of an Opus stream that a store keeps end to end, as an Ogg Opus file (RFC 7845).
///
/// The pages are made when they are read. Which packets are on which page follows from the lengths in `opus_index` alone. The last page ends at
/// the recording's last sample; packets behind that are left out.
struct OpusFile: CodedFile {
    let outline: CodedFileOutline
    /// The header of the file, whose pre-skip is that of the recording.
    private let head: OpusHead
    /// The samples of one channel that are decoded up to the end of the recording.
    private let endSample: UInt64
    private let packets: StoredOpusPackets
    private let cache: BlockCache
    /// Owns the table of pages.
    private let owner: BlockOwner
    private let derived: DerivedData.Opener
    private let extent = SingleFlight<Extent>()

    /// Packets of a run, at most; of a stream of several, so many of all streams together.
    private static let packetLimit: UInt64 = 50
    private static let streamPacketLimit = 100
    /// Runs whose bytes are read together, and how many bytes that are at most.
    private static let batchRunCount = 32
    private static let batchByteCount: UInt64 = 1 << 20

    /// How many packets are in the file, and how many are in a run.
    private struct Extent: Sendable {
        let packetCount: UInt64
        let packetsPerRun: UInt64
    }

    /// The file of `packets` whose samples, from the first to that before `endSample`, begin with `skippedSamples` that do not belong to the
    /// recording; nil if no header can say that. The table of pages is kept in `cache`, and in the data that `derived` opens.
    init?(
        _ packets: StoredOpusPackets, _ head: OpusHead, skippedSamples: UInt64, endSample: UInt64, cache: BlockCache,
        derived: @escaping DerivedData.Opener
    ) {
        guard let head = head.with(preSkip: skippedSamples), endSample > skippedSamples else { return nil }
        self.head = head
        self.packets = packets
        self.endSample = endSample
        self.cache = cache
        self.derived = derived
        owner = cache.makeOwner(of: .indexes)
        outline = CodedFileOutline(form: .opusPackets, byteCount: packets.blob.byteCount)
    }

    func head(_ tags: RecordingTags) -> [UInt8] { OggOpusHeader(head, tags.comments).bytes }

    func bodyByteCount() throws -> UInt64 { try table().byteCount }

    func body(_ range: Range<UInt64>, _ tags: RecordingTags) throws -> [BlockSlice] {
        guard let lastByte = range.last else { return [] }
        let table = try table()
        let header = OggOpusHeader(head, tags.comments)
        var slices: [BlockSlice] = []
        let runs = table.run(at: range.lowerBound)...table.run(at: lastByte)
        for first in stride(from: runs.lowerBound, through: runs.upperBound, by: Self.batchRunCount) {
            try Cancellation.check()
            let batch = first...min(first + Self.batchRunCount - 1, runs.upperBound)
            let rows = try rows(of: batch, table)
            let blob = blob(holding: rows)
            for (run, rows) in zip(batch, rows) {
                let start = table.start(of: run).byteCount
                let block = try pages(of: run, rows, from: blob, table, header)
                let part = range.clamped(to: start..<table.end(of: run).byteCount)
                slices.append(BlockSlice(block, Int(part.lowerBound - start)..<Int(part.upperBound - start)))
            }
        }
        return slices
    }

    func fetchAhead(_ range: Range<UInt64>) throws -> FetchedBytes? {
        guard packets.blob.takesRoundTrips, let lastByte = range.last else { return nil }
        let table = try table()
        // The range may be long: only where it begins and ends is looked up.
        let (first, last) = (table.run(at: range.lowerBound), table.run(at: lastByte))
        guard let start = try rows(of: first...first, table).first?.first?.bytes(within: packets.blob.byteCount),
            let end = try rows(of: last...last, table).first?.last?.bytes(within: packets.blob.byteCount),
            start.lowerBound < end.upperBound
        else { return nil }
        return packets.blob.fetchAhead(bytesOf: [start.lowerBound..<end.upperBound])
    }

    // MARK: - Runs

    /// The rows of the packets of each of `runs`.
    private func rows(of runs: ClosedRange<Int>, _ table: OpusPageTable) throws -> [ArraySlice<OpusPacketRow>] {
        let count = try readExtent().packetCount
        let first = min(UInt64(runs.lowerBound) * table.packetsPerRun, count)
        let end = min((UInt64(runs.upperBound) + 1) * table.packetsPerRun, count)
        let rows = try packets.index.rows(first..<end)
        let length = Int(table.packetsPerRun)
        return runs.indices.enumerated().map { index, _ in rows.dropFirst(index * length).prefix(length) }
    }

    /// The stream, holding the bytes of all packets of `runs` in memory if they lie together.
    private func blob(holding runs: [ArraySlice<OpusPacketRow>]) -> CodedBlob {
        guard let bytes = bytes(of: runs), bytes.upperBound - bytes.lowerBound <= Self.batchByteCount else {
            return packets.blob
        }
        // If some bytes cannot be read, only the runs that need them are lost.
        return (try? packets.blob.fetching(bytes)) ?? packets.blob
    }

    /// The bytes of the stream from the first packet of `runs` to the last; nil if they do not follow each other.
    private func bytes(of runs: [ArraySlice<OpusPacketRow>]) -> Range<UInt64>? {
        guard let first = runs.first?.first?.bytes(within: packets.blob.byteCount),
            let last = runs.last?.last?.bytes(within: packets.blob.byteCount), first.lowerBound < last.upperBound
        else { return nil }
        return first.lowerBound..<last.upperBound
    }

    /// The pages of the run at `index`, whose packets `rows` are, read from `blob`.
    private func pages(
        of index: Int, _ rows: ArraySlice<OpusPacketRow>, from blob: CodedBlob, _ table: OpusPageTable,
        _ header: OggOpusHeader
    ) throws -> Block {
        let places = try rows.map { row in
            guard let bytes = row.bytes(within: blob.byteCount) else {
                throw AudioCodingError(.opus, "where packets are is lost, around sample \(row.firstSample)")
            }
            return bytes
        }
        let run = OggPageRun(packetByteCounts: places.map(\.count))
        let (start, end) = (table.start(of: index), table.end(of: index))
        guard UInt64(run.byteCount) == end.byteCount - start.byteCount,
            UInt64(run.pageCount) == end.pageCount - start.pageCount
        else { throw AudioCodingError(.opus, "opus_index changed while it was in use") }
        let granules = rows.map { row in
            Int64(clamping: min(row.firstSample.adding(row.sampleCount) ?? .max, endSample))
        }
        let place = OggPageRun.Place(
            serial: header.serial,
            sequence: UInt32(truncatingIfNeeded: start.pageCount &+ UInt64(header.pageCount)),
            isLast: index == table.runCount - 1)
        let bytes = try blob.withBytes(of: places) { pieces in
            pieces.reduce(into: [UInt8]()) { $0.append(contentsOf: $1) }
        }
        return Block(writtenCount: run.byteCount) { pages in
            bytes.withUnsafeBytes { run.write($0, endGranules: granules, at: place, into: pages) }
        }
    }

    // MARK: - Where pages are

    private func readExtent() throws -> Extent {
        try extent.get {
            let index = packets.index
            guard let first = try index.row(0), first.sampleCount > 0, first.firstSample < endSample else {
                throw AudioCodingError(.opus, "opus_index has no packet of the recording")
            }
            let streamLimit = UInt64(max(Self.streamPacketLimit / head.streamCount, 1))
            let second = UInt64(OpusStreamDecoder.sampleRate) / first.sampleCount
            return Extent(
                packetCount: try packetCount(of: index),
                packetsPerRun: max(min(Self.packetLimit, streamLimit, second), 1))
        }
    }

    /// How many packets begin before the end of the recording; the first does.
    private func packetCount(of index: StoredIndex<OpusPacketRow>) throws -> UInt64 {
        if let last = try index.row(index.count - 1), last.firstSample < endSample { return index.count }
        var (low, high) = (UInt64(1), index.count)
        while low < high {
            let middle = low + (high - low) / 2
            if let row = try index.row(middle), row.firstSample < endSample { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The table of pages: that in memory, that which was kept, or one that is made of the whole index now, and kept.
    private func table() throws -> OpusPageTable {
        let extent = try readExtent()
        let block = try cache.block(BlockKey(owner: owner, number: 0)) {
            let derived = derived()
            if let content = derived?.content(.opusPages),
                let table = OpusPageTable(
                    content: content, packetCount: extent.packetCount, packetsPerRun: extent.packetsPerRun)
            {
                return table.block
            }
            let table = try OpusPageTable(
                of: packets.index, packetCount: extent.packetCount, packetsPerRun: extent.packetsPerRun,
                blobByteCount: packets.blob.byteCount)
            derived?.keep(table.content(packetCount: extent.packetCount), as: .opusPages)
            return table.block
        }
        return OpusPageTable(packetsPerRun: extent.packetsPerRun, block: block)
    }
}
