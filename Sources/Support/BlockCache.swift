import Synchronization

/// What a cached block is found by: who owns it, and its number there.
public struct BlockKey: Hashable, Sendable {
    /// An owner handed out by `BlockCache.makeOwner()`: a recording's samples, an array's chunks.
    public let owner: UInt64
    /// The owner's own number for the block.
    public let number: UInt64

    /// The key of `owner`'s block `number`.
    public init(owner: UInt64, number: UInt64) {
        self.owner = owner
        self.number = number
    }
}

/// The one memory budget: blocks of bytes that can be made again, kept as long as they fit.
///
/// Threads that want the same block wait for one of them to make it; threads that want different blocks do not meet.
/// Blocks in use stay alive after they are dropped from here, by reference count.
public final class BlockCache: Sendable {
    /// How much a cached block costs beyond its bytes: the entry, the key, the allocation.
    private static let overhead = 160
    private static let stripeCount = 16

    private let budget: Int
    private let used = Atomic<Int>(0)
    private let reserved = Atomic<Int>(0)
    private let owners = Atomic<UInt64>(0)
    private let stripes: InlineArray<16, Mutex<Stripe>>

    /// A cache that keeps at most `budget` bytes (0: nothing is kept, blocks are still made once for all who wait).
    public init(budget: Int) {
        self.budget = max(budget, 0)
        stripes = InlineArray { _ in Mutex(Stripe()) }
    }

    /// A number no other owner of this cache has.
    public func makeOwner() -> UInt64 {
        owners.add(1, ordering: .relaxed).newValue
    }

    /// How many bytes are kept or reserved now.
    public var byteCount: Int { used.load(ordering: .relaxed) + reserved.load(ordering: .relaxed) }

    /// The block of `key`, made by `make` if it is not kept. `make` runs on the calling thread, at most once at a time for a
    /// key, and must not ask for the same key. What it throws is thrown to this caller only, and nothing is kept.
    public func block<E: Error>(_ key: BlockKey, make: () throws(E) -> Block) throws(E) -> Block {
        let index = stripeIndex(of: key)
        let slot = stripes[index].withLock { $0.slot(for: key) }
        var isNew = false
        do {
            let block = try slot.state.withLock { (state: inout Block?) throws(E) -> Block in
                if let block = state { return block }
                let block = try make()
                state = block
                isNew = true
                return block
            }
            if isNew { keep(block, in: slot, for: key, stripe: index) }
            return block
        } catch {
            stripes[index].withLock { $0.removeUnfilled(key, slot) }
            throw error
        }
    }

    /// The block of `key` if it is kept, without waiting for one that is being made.
    public func cachedBlock(_ key: BlockKey) -> Block? {
        stripes[stripeIndex(of: key)].withLock { $0.filledSlot(for: key) }?.state.withLock { $0 }
    }

    /// Keeps `block` under `key`, in place of what was kept there.
    public func insert(_ block: Block, for key: BlockKey) {
        let index = stripeIndex(of: key)
        let freed = stripes[index].withLock { $0.remove(key) }
        used.subtract(freed, ordering: .relaxed)
        let slot = stripes[index].withLock { $0.slot(for: key) }
        slot.state.withLock { $0 = block }
        keep(block, in: slot, for: key, stripe: index)
    }

    /// Takes `byteCount` bytes out of the budget for what is kept elsewhere, for good; false (and nothing taken) where more
    /// than half of the budget would then be taken so.
    public func reserve(_ byteCount: Int) -> Bool {
        guard byteCount >= 0, byteCount <= budget / 2 else { return false }
        let taken = reserved.add(byteCount, ordering: .relaxed).newValue
        guard taken <= budget / 2 else {
            reserved.subtract(byteCount, ordering: .relaxed)
            return false
        }
        evictDownToBudget(from: 0)
        return true
    }

    private func stripeIndex(of key: BlockKey) -> Int {
        // Neighbouring blocks of one owner fall into different stripes.
        Int(truncatingIfNeeded: (key.owner &* 7 &+ key.number) % UInt64(Self.stripeCount))
    }

    private func keep(_ block: Block, in slot: Slot, for key: BlockKey, stripe index: Int) {
        let cost = block.count + Self.overhead
        let isKept = stripes[index].withLock { $0.fill(key, slot, cost: cost) }
        guard isKept else { return }
        used.add(cost, ordering: .relaxed)
        evictDownToBudget(from: index)
    }

    /// Drops blocks until the rest fits, beginning with the stripe at `index`.
    private func evictDownToBudget(from index: Int) {
        let limit = budget - reserved.load(ordering: .relaxed)
        var victim = index
        var emptyStripes = 0
        while used.load(ordering: .relaxed) > limit, emptyStripes < Self.stripeCount {
            let freed = stripes[victim].withLock { $0.evictOne() }
            emptyStripes = freed == 0 ? emptyStripes + 1 : 0
            used.subtract(freed, ordering: .relaxed)
            victim = (victim + 1) % Self.stripeCount
        }
    }
}

/// Where one block is made and waited for. Its own lock is held while the block is made, never a stripe's.
private final class Slot: Sendable {
    let state = Mutex<Block?>(nil)
}

/// A part of the map, kept in bounds by the CLOCK rule: a hand goes round, and an entry used since its last visit is spared
/// once.
private struct Stripe {
    private struct Entry {
        let key: BlockKey
        let slot: Slot
        /// 0 while the block is being made; such an entry is never evicted.
        var cost = 0
        var isRecentlyUsed = true
    }

    private var entries: [Entry] = []
    private var indices: [BlockKey: Int] = [:]
    private var hand = 0

    /// The slot of `key`, a new one if need be.
    mutating func slot(for key: BlockKey) -> Slot {
        if let index = indices[key] {
            entries[index].isRecentlyUsed = true
            return entries[index].slot
        }
        let slot = Slot()
        indices[key] = entries.count
        entries.append(Entry(key: key, slot: slot))
        return slot
    }

    /// The slot of `key` if its block is there.
    mutating func filledSlot(for key: BlockKey) -> Slot? {
        guard let index = indices[key], entries[index].cost > 0 else { return nil }
        entries[index].isRecentlyUsed = true
        return entries[index].slot
    }

    /// Notes that `slot` now holds a block; false where the map no longer knows the slot, or knew that already.
    mutating func fill(_ key: BlockKey, _ slot: Slot, cost: Int) -> Bool {
        guard let index = indices[key], entries[index].slot === slot, entries[index].cost == 0 else { return false }
        entries[index].cost = cost
        return true
    }

    /// Forgets a slot whose block could not be made.
    mutating func removeUnfilled(_ key: BlockKey, _ slot: Slot) {
        guard let index = indices[key], entries[index].slot === slot, entries[index].cost == 0 else { return }
        removeEntry(at: index)
    }

    /// Forgets `key` and returns what it cost.
    mutating func remove(_ key: BlockKey) -> Int {
        guard let index = indices[key] else { return 0 }
        return removeEntry(at: index)
    }

    /// Drops the block the hand finds and returns its cost, 0 where there is none to drop.
    mutating func evictOne() -> Int {
        // Two rounds: the first may do no more than take every entry's sparing away.
        for _ in 0..<2 * entries.count {
            hand = hand < entries.count ? hand : 0
            if entries[hand].cost == 0 {
                hand += 1
            } else if entries[hand].isRecentlyUsed {
                entries[hand].isRecentlyUsed = false
                hand += 1
            } else {
                return removeEntry(at: hand)
            }
        }
        return 0
    }

    @discardableResult
    private mutating func removeEntry(at index: Int) -> Int {
        let cost = entries[index].cost
        indices[entries[index].key] = nil
        let last = entries.removeLast()
        if index < entries.count {
            entries[index] = last
            indices[last.key] = index
        }
        return cost
    }
}
