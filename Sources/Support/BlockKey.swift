/// What the blocks of a cache hold.
public enum BlockKind: Int, CaseIterable, Sendable {
    /// Decoded samples.
    case samples
    /// States that decoders can go on from.
    case states
    /// Decoded chunks of Zarr arrays.
    case chunks
    /// What finds something in coded bytes: chunks of the index of a recording, indexes of shards.
    case indexes
}

/// Whose blocks some of a cache are: a recording's samples, an array's chunks. Handed out by `BlockCache.makeOwner(of:)`.
public struct BlockOwner: Hashable, Sendable {
    /// A number that no other owner has.
    let number: UInt64
    /// What its blocks hold.
    public let kind: BlockKind

    /// Whether both are the same.
    public static func == (left: BlockOwner, right: BlockOwner) -> Bool { left.number == right.number }

    /// Adds to `hasher` what tells it from others.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(number)
    }
}

/// What a cached block is found by: who owns it, and its number there.
public struct BlockKey: Hashable, Sendable {
    /// Whose block it is.
    public let owner: BlockOwner
    /// The owner's own number for the block.
    public let number: UInt64

    /// The key of `owner`'s block `number`.
    public init(owner: BlockOwner, number: UInt64) {
        self.owner = owner
        self.number = number
    }
}
