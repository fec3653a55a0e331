/// What a cache keeps, and how much it was of use, since it was made.
public struct BlockCacheStatistics: Sendable, Equatable {
    /// Of the blocks of one kind.
    public struct Kind: Sendable, Equatable {
        /// Bytes that are kept now, with what keeping them costs.
        public internal(set) var byteCount = 0
        /// How often a block that a reader asked for was there, or was being made for another.
        public internal(set) var hits: UInt64 = 0
        /// How often one was not.
        public internal(set) var misses: UInt64 = 0
        /// Blocks that were dropped to make room.
        public internal(set) var evictions: UInt64 = 0
    }

    /// Of the blocks that were made before a reader asked for them.
    public struct Ahead: Sendable, Equatable {
        /// All of them.
        public internal(set) var made = Amount()
        /// Those that a reader did ask for.
        public internal(set) var used = Amount()
        /// Those that were dropped before a reader did.
        public internal(set) var wasted = Amount()
    }

    /// So many blocks, of so many bytes together.
    public struct Amount: Sendable, Equatable {
        /// How many.
        public internal(set) var blocks: UInt64 = 0
        /// Their bytes, without what keeping them costs.
        public internal(set) var bytes: UInt64 = 0

        mutating func add(_ byteCount: Int) {
            blocks += 1
            bytes += UInt64(byteCount)
        }
    }

    private var kinds = [Kind](repeating: Kind(), count: BlockKind.allCases.count)
    /// The blocks made ahead, of all kinds.
    public internal(set) var ahead = Ahead()
    /// Bytes that the budget has given up for what is kept elsewhere.
    public internal(set) var reservedByteCount = 0
    /// Bytes that may be kept and reserved together.
    public internal(set) var budget = 0

    /// The blocks of `kind`.
    public internal(set) subscript(kind: BlockKind) -> Kind {
        get { kinds[kind.rawValue] }
        set { kinds[kind.rawValue] = newValue }
    }

    /// How often a reader has asked for a block.
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
