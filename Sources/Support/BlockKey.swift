/// What a block of a cache holds.
public enum BlockKind: Int, CaseIterable, Sendable {
    /// Decoded samples.
    case samples
    /// States of decoders, from which they can go on.
    case states
    /// Decoded chunks of Zarr arrays.
    case chunks
    /// Parts of indexes: chunks of the index of a recording, and indexes of shards.
    case indexes
    /// Pictures of recordings.
    case pictures
}

/// An owner of blocks in a cache, such as the samples of a recording or the chunks of an array; see `BlockCache.makeOwner(of:)`.
public struct BlockOwner: Hashable, Sendable {
    /// A number that no other owner has.
    let number: UInt64
    /// What its blocks hold.
    let kind: BlockKind

    /// Whether both are the same owner.
    public static func == (left: BlockOwner, right: BlockOwner) -> Bool { left.number == right.number }

    /// Hashes the owner's number.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(number)
    }
}

/// The key of a cached block: its owner, and its number there.
public struct BlockKey: Hashable, Sendable {
    /// The owner of the block.
    let owner: BlockOwner
    /// The owner's own number for the block.
    let number: UInt64

    /// The key of `owner`'s block `number`.
    public init(owner: BlockOwner, number: UInt64) {
        self.owner = owner
        self.number = number
    }
}
