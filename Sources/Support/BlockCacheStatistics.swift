/// What a cache keeps now, and its hits, misses and evictions since it was created.
public struct BlockCacheStatistics: Sendable, Equatable {
    /// The statistics of the blocks of one kind.
    public struct Kind: Sendable, Equatable {
        /// Bytes that are kept now, overhead included.
        public internal(set) var byteCount = 0
        /// How often a block that a reader asked for was kept, or was being made for another thread.
        public internal(set) var hits: UInt64 = 0
        /// How often a block that a reader asked for was neither.
        public internal(set) var misses: UInt64 = 0
        /// Blocks that were dropped to make room for others.
        public internal(set) var evictions: UInt64 = 0
    }

    /// The statistics of the blocks that were made before a reader asked for them.
    public struct Ahead: Sendable, Equatable {
        /// All of them.
        public internal(set) var made = Amount()
        /// Those that a reader asked for later.
        public internal(set) var used = Amount()
        /// Those that were dropped before a reader asked for them.
        public internal(set) var wasted = Amount()
    }

    /// A number of blocks, and their bytes.
    public struct Amount: Sendable, Equatable {
        /// The number of blocks.
        public internal(set) var blocks: UInt64 = 0
        /// Their bytes in all, overhead excluded.
        public internal(set) var bytes: UInt64 = 0

        mutating func add(_ byteCount: Int) {
            blocks += 1
            bytes += UInt64(byteCount)
        }
    }

    private var kinds = [Kind](repeating: Kind(), count: BlockKind.allCases.count)
    /// The blocks of all kinds that were made ahead.
    public internal(set) var ahead = Ahead()
    /// Bytes of the budget that are reserved for things kept elsewhere.
    public internal(set) var reservedByteCount = 0
    /// The most bytes that may be kept and reserved together.
    public internal(set) var budget = 0

    /// The statistics of the blocks of `kind`.
    public internal(set) subscript(kind: BlockKind) -> Kind {
        get { kinds[kind.rawValue] }
        set { kinds[kind.rawValue] = newValue }
    }

    /// How often readers have asked for a block.
    public var useCount: UInt64 {
        kinds.reduce(0) { $0 + $1.hits + $1.misses }
    }

    static func += (left: inout BlockCacheStatistics, right: BlockCacheStatistics) {
        for kind in BlockKind.allCases { left[kind] += right[kind] }
        left.ahead.made += right.ahead.made
        left.ahead.used += right.ahead.used
        left.ahead.wasted += right.ahead.wasted
    }
}

extension BlockCacheStatistics.Kind {
    fileprivate static func += (left: inout Self, right: Self) {
        left.byteCount += right.byteCount
        left.hits += right.hits
        left.misses += right.misses
        left.evictions += right.evictions
    }
}

extension BlockCacheStatistics.Amount {
    fileprivate static func += (left: inout Self, right: Self) {
        left.blocks += right.blocks
        left.bytes += right.bytes
    }
}
