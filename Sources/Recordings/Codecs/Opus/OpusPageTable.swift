import AudioCoding
import Support

/// Where the pages of an Ogg Opus file are that is made of packets end to end.
///
/// So many packets at a time, about a second, begin on a page of their own: a run. Where it is in the file follows from the lengths of all
/// packets before it, so it is kept for each run: 16 bytes for a second of sound.
struct OpusPageTable: Sendable {
    /// The packets of a run.
    let packetsPerRun: UInt64
    /// For each run, the bytes and the pages of it and of all before it.
    private let ends: Block

    private static let rowByteCount = 16

    /// The table in `ends`.
    private init(packetsPerRun: UInt64, ends: Block) {
        self.packetsPerRun = packetsPerRun
        self.ends = ends
    }

    /// How many runs there are.
    var runCount: Int { ends.count / Self.rowByteCount }

    /// Bytes of all pages.
    var byteCount: UInt64 { runCount == 0 ? 0 : end(of: runCount - 1).byteCount }

    /// The bytes and the pages before the run at `index`.
    func start(of index: Int) -> (byteCount: UInt64, pageCount: UInt64) { index == 0 ? (0, 0) : end(of: index - 1) }

    /// The bytes and the pages of the run at `index` and of all before it.
    func end(of index: Int) -> (byteCount: UInt64, pageCount: UInt64) {
        (number(at: index * Self.rowByteCount), number(at: index * Self.rowByteCount + 8))
    }

    /// The run that has the byte at `offset`, which is one of the file's.
    func run(at offset: UInt64) -> Int {
        var (low, high) = (0, max(runCount - 1, 0))
        while low < high {
            let middle = low + (high - low) / 2
            if end(of: middle).byteCount <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func number(at offset: Int) -> UInt64 {
        UInt64(littleEndian: ends.bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

// MARK: - Making it

extension OpusPageTable {
    /// The table of the first `packetCount` packets of those in `index`, which is read as a whole. Packets that do not lie in the
    /// `blobByteCount` bytes of the stream count as empty.
    init(
        of index: StoredIndex<OpusPacketRow>, packetCount: UInt64, packetsPerRun: UInt64, blobByteCount: UInt64
    ) throws {
        var ends: [UInt64] = []
        var waiting: [Int] = []
        var rest = packetCount
        func end() {
            let size = OggPageRun.size(ofPackets: waiting[...])
            let last = (ends.count >= 2) ? (ends[ends.count - 2], ends[ends.count - 1]) : (0, 0)
            // The lengths of packets are bounded, and so are their sums.
            ends += [last.0 &+ UInt64(size.byteCount), last.1 &+ UInt64(size.pageCount)]
            waiting.removeAll(keepingCapacity: true)
        }
        try index.forEachBatch { rows in
            try Cancellation.check()
            for row in rows.prefix(Int(clamping: rest)) {
                waiting.append(row.bytes(within: blobByteCount)?.count ?? 0)
                if UInt64(waiting.count) == packetsPerRun { end() }
            }
            rest -= min(rest, UInt64(rows.count))
        }
        if !waiting.isEmpty { end() }
        self.init(packetsPerRun: packetsPerRun, ends: ends)
    }

    private init(packetsPerRun: UInt64, ends: [UInt64]) {
        let block = Block(writtenCount: ends.count * 8) { bytes in
            for (index, number) in ends.enumerated() {
                bytes.storeBytes(of: number.littleEndian, toByteOffset: index * 8, as: UInt64.self)
            }
        }
        self.init(packetsPerRun: packetsPerRun, ends: block)
    }

    /// The table whose ends are in `block`, that of another table.
    init(packetsPerRun: UInt64, block: Block) {
        self.init(packetsPerRun: packetsPerRun, ends: block)
    }

    /// The ends of the runs, as they are kept in a cache.
    var block: Block { ends }
}

// MARK: - Keeping it

extension OpusPageTable {
    /// The layout's version. It must be increased if packets are put on pages in another way.
    private static let version: UInt64 = 1

    /// What is kept in the catalogue's file: how many packets there are, and how long each run is.
    func content(packetCount: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in [Self.version, packetsPerRun, packetCount] { LEB128.append(number, to: &bytes) }
        for index in 0..<runCount {
            let (start, end) = (start(of: index), end(of: index))
            LEB128.append(end.byteCount - start.byteCount, to: &bytes)
            LEB128.append(end.pageCount - start.pageCount, to: &bytes)
        }
        return bytes
    }

    /// The table that was kept as `content`; nil if it is not that of so many packets.
    init?(content: ArraySlice<UInt8>, packetCount: UInt64, packetsPerRun: UInt64) {
        var rest = content
        guard LEB128.take(from: &rest) == Self.version, LEB128.take(from: &rest) == packetsPerRun,
            LEB128.take(from: &rest) == packetCount
        else { return nil }
        var ends: [UInt64] = []
        var (byteCount, pageCount): (UInt64, UInt64) = (0, 0)
        while !rest.isEmpty {
            guard let bytes = LEB128.take(from: &rest).flatMap({ $0.adding(byteCount) }),
                let pages = LEB128.take(from: &rest).flatMap({ $0.adding(pageCount) }), bytes > byteCount
            else { return nil }
            (byteCount, pageCount) = (bytes, pages)
            ends += [bytes, pages]
        }
        guard UInt64(ends.count / 2) == packetCount.dividedRoundingUp(by: packetsPerRun) else { return nil }
        self.init(packetsPerRun: packetsPerRun, ends: ends)
    }
}

extension CatalogueFile.DerivedKind {
    /// Where the pages of an Ogg Opus file are.
    static let opusPages = Self(rawValue: "opusPages")
}
