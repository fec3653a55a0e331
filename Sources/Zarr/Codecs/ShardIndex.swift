import Support

/// The index of a shard: the shard's size, and the offset and length of each inner chunk.
///
/// It is kept in a block, so that the cache can hold it: `UInt64` numbers, the shard's size first. The block is empty if there
/// is no shard.
struct ShardIndex {
    /// What the index says of one inner chunk.
    enum Entry {
        case empty
        case bytes(Range<Int>)
        /// A place that is not within the shard.
        case outside(offset: UInt64, count: UInt64)
    }

    /// Bytes of an entry.
    private static let entrySize = 16
    private static let headerSize = 8

    private let block: Block

    /// The index in `block`, which `makeBlock` made.
    init(_ block: Block) {
        self.block = block
    }

    /// Whether there is no shard.
    var isAbsent: Bool { block.count == 0 }

    /// A block for the index of a shard of `shardSize` bytes; `fill` writes the `entryBytes` bytes of its entries, little-endian.
    static func makeBlock(
        shardSize: Int, entryBytes: Int, fill: (UnsafeMutableRawPointer) throws(ZarrError) -> Void
    ) throws(ZarrError) -> Block {
        try Block(count: headerSize + entryBytes) { buffer throws(ZarrError) in
            guard let bytes = buffer.baseAddress else { return }
            bytes.storeBytes(of: UInt64(shardSize).littleEndian, as: UInt64.self)
            try fill(bytes + headerSize)
        }
    }

    /// The entry of inner chunk `number`, which must be one of the shard's.
    func entry(_ number: Int) -> Entry {
        let place = Self.headerSize + number * Self.entrySize
        let offset = load(place)
        let count = load(place + 8)
        if offset == .max, count == .max { return .empty }
        guard let end = offset.adding(count), end <= load(0), let range = Self.range(offset, end) else {
            return .outside(offset: offset, count: count)
        }
        return .bytes(range)
    }

    private func load(_ place: Int) -> UInt64 {
        UInt64(littleEndian: block.bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }

    private static func range(_ start: UInt64, _ end: UInt64) -> Range<Int>? {
        guard let start = Int(exactly: start), let end = Int(exactly: end) else { return nil }
        return start..<end
    }
}
