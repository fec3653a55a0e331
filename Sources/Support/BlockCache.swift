import Synchronization

/// The one memory budget: blocks of bytes that can be made again, kept as long as they fit.
///
/// Threads that want the same block wait for one of them to make it; threads that want different blocks do not meet.
/// Blocks in use stay alive after they are dropped from here, by reference count.
public final class BlockCache: Sendable {
    private static let stripeCount = 16

    private let budget: Int
    private let used = Atomic<Int>(0)
    private let reserved = Atomic<Int>(0)
    private let owners = Atomic<UInt64>(0)
    private let filled = Semaphore()
    private let isFillingAwaited = Atomic<Bool>(false)
    private let stripes: InlineArray<16, Mutex<Stripe>>

    /// A cache that keeps at most `budget` bytes (0: nothing is kept, blocks are still made once for all who wait).
    public init(budget: Int) {
        self.budget = max(budget, 0)
        stripes = InlineArray { _ in Mutex(Stripe()) }
    }

    /// An owner of blocks of `kind`, unlike any other of this cache.
    public func makeOwner(of kind: BlockKind) -> BlockOwner {
        BlockOwner(number: owners.add(1, ordering: .relaxed).newValue, kind: kind)
    }

    /// How many bytes are kept or reserved now.
    public var byteCount: Int { used.load(ordering: .relaxed) + reserved.load(ordering: .relaxed) }

    /// What is kept, and how much it was of use.
    public var statistics: BlockCacheStatistics {
        var sum = BlockCacheStatistics()
        for index in 0..<Self.stripeCount { sum += stripes[index].withLock { $0.statistics } }
        sum.reservedByteCount = reserved.load(ordering: .relaxed)
        sum.budget = budget
        return sum
    }

    /// The block of `key`, made by `make` if it is not kept; `isAhead`, before a reader asks for it.
    ///
    /// `make` runs on the calling thread, at most once at a time for a key, and must not ask for the same key. What it throws
    /// is thrown to this caller only, and nothing is kept.
    public func block<E: Error>(
        _ key: BlockKey, isAhead: Bool = false, make: () throws(E) -> Block
    ) throws(E) -> Block {
        let index = stripeIndex(of: key)
        let slot = stripes[index].withLock { $0.wantedSlot(for: key, isAhead: isAhead) }
        var isNew = false
        do {
            let block = try slot.get { () throws(E) -> Block in
                let block = try make()
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

    /// The block of `key` if it is kept, without waiting for one that is being made. It is kept no longer: for what is needed once.
    public func takeBlock(_ key: BlockKey) -> Block? {
        let (block, freed) = stripes[stripeIndex(of: key)].withLock { stripe in
            let slot = stripe.filledSlot(for: key)
            return (slot?.current, slot == nil ? 0 : stripe.remove(key))
        }
        used.subtract(freed, ordering: .relaxed)
        return block
    }

    /// Whether the block of `key` is kept. That counts as no use of it.
    public func keeps(_ key: BlockKey) -> Bool {
        stripes[stripeIndex(of: key)].withLock { $0.isFilled(key) }
    }

    /// Whether a thread is making the block of `key`.
    public func isBeingMade(_ key: BlockKey) -> Bool {
        stripes[stripeIndex(of: key)].withLock { $0.isUnfilled(key) }
    }

    /// Keeps `block` under `key`, in place of what was kept there.
    public func insert(_ block: Block, for key: BlockKey) {
        let index = stripeIndex(of: key)
        let freed = stripes[index].withLock { $0.remove(key) }
        used.subtract(freed, ordering: .relaxed)
        let slot = stripes[index].withLock { $0.slot(for: key) }
        slot.set(block)
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

    /// Drops every block that is kept. Those in use stay alive until they no longer are.
    public func removeAll() {
        for index in 0..<Self.stripeCount {
            let freed = stripes[index].withLock { $0.removeFilled() }
            used.subtract(freed, ordering: .relaxed)
        }
    }

    /// Returns at once if something is kept, else sleeps until something is. For one thread at a time.
    public func waitUntilFilled() {
        isFillingAwaited.store(true, ordering: .sequentiallyConsistent)
        if used.load(ordering: .sequentiallyConsistent) > 0,
            isFillingAwaited.exchange(false, ordering: .sequentiallyConsistent)
        {
            return
        }
        filled.wait()
    }

    private func stripeIndex(of key: BlockKey) -> Int {
        // Neighbouring blocks of one owner fall into different stripes.
        Int(truncatingIfNeeded: (key.owner.number &* 7 &+ key.number) % UInt64(Self.stripeCount))
    }

    private func keep(_ block: Block, in slot: Slot, for key: BlockKey, stripe index: Int) {
        guard let cost = stripes[index].withLock({ $0.fill(key, slot, byteCount: block.count) }) else { return }
        used.add(cost, ordering: .sequentiallyConsistent)
        if isFillingAwaited.load(ordering: .sequentiallyConsistent),
            isFillingAwaited.exchange(false, ordering: .sequentiallyConsistent)
        {
            filled.signal()
        }
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

/// Where one block is made and waited for.
private typealias Slot = SingleFlight<Block>

/// A part of the map, kept in bounds by the CLOCK rule: a hand goes round, and an entry used since its last visit is spared
/// once.
private struct Stripe {
    private struct Entry {
        let key: BlockKey
        let slot: Slot
        /// 0 while the block is being made; such an entry is never evicted.
        var cost = 0
        var isRecentlyUsed = true
        /// Whether it was made ahead, and whether a reader has asked for it.
        let isAhead: Bool
        var isWanted: Bool

        var byteCount: Int { cost - Stripe.overhead }
    }

    /// How much a cached block costs beyond its bytes: the entry, the key, the allocation.
    private static let overhead = 160

    private(set) var statistics = BlockCacheStatistics()

    private var entries: [Entry] = []
    private var indices: [BlockKey: Int] = [:]
    private var hand = 0

    /// The slot of `key` for who wants its block, a new one if need be. Who makes it ahead is not counted as wanting it.
    mutating func wantedSlot(for key: BlockKey, isAhead: Bool) -> Slot {
        guard let index = indices[key] else {
            if !isAhead { statistics[key.owner.kind].misses += 1 }
            return addSlot(for: key, isAhead: isAhead)
        }
        if !isAhead { noteUse(at: index) }
        entries[index].isRecentlyUsed = true
        return entries[index].slot
    }

    /// The slot of `key` to put a block in, a new one if need be.
    mutating func slot(for key: BlockKey) -> Slot {
        if let index = indices[key] { return entries[index].slot }
        return addSlot(for: key, isAhead: false)
    }

    /// Whether the block of `key` is there.
    func isFilled(_ key: BlockKey) -> Bool {
        indices[key].map { entries[$0].cost > 0 } ?? false
    }

    /// Whether the block of `key` is being made.
    func isUnfilled(_ key: BlockKey) -> Bool {
        indices[key].map { entries[$0].cost == 0 } ?? false
    }

    /// The slot of `key` if its block is there.
    mutating func filledSlot(for key: BlockKey) -> Slot? {
        guard let index = indices[key], entries[index].cost > 0 else {
            statistics[key.owner.kind].misses += 1
            return nil
        }
        noteUse(at: index)
        entries[index].isRecentlyUsed = true
        return entries[index].slot
    }

    /// Notes that `slot` now holds a block of `byteCount` bytes, and returns what keeping it costs; nil where the map no longer
    /// knows the slot, or knew that already.
    mutating func fill(_ key: BlockKey, _ slot: Slot, byteCount: Int) -> Int? {
        guard let index = indices[key], entries[index].slot === slot, entries[index].cost == 0 else { return nil }
        let cost = byteCount + Self.overhead
        entries[index].cost = cost
        statistics[key.owner.kind].byteCount += cost
        if entries[index].isAhead {
            statistics.ahead.made.add(byteCount)
            if entries[index].isWanted { statistics.ahead.used.add(byteCount) }
        }
        return cost
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
                statistics[entries[hand].key.owner.kind].evictions += 1
                return removeEntry(at: hand)
            }
        }
        return 0
    }

    /// Drops all blocks and returns what they cost.
    mutating func removeFilled() -> Int {
        var freed = 0
        for index in entries.indices.reversed() where entries[index].cost > 0 { freed += removeEntry(at: index) }
        return freed
    }

    private mutating func addSlot(for key: BlockKey, isAhead: Bool) -> Slot {
        let slot = Slot()
        indices[key] = entries.count
        entries.append(Entry(key: key, slot: slot, isAhead: isAhead, isWanted: !isAhead))
        return slot
    }

    /// Notes that a reader asked for what is, or will be, at `index`.
    private mutating func noteUse(at index: Int) {
        statistics[entries[index].key.owner.kind].hits += 1
        guard !entries[index].isWanted else { return }
        entries[index].isWanted = true
        if entries[index].cost > 0 { statistics.ahead.used.add(entries[index].byteCount) }
    }

    @discardableResult
    private mutating func removeEntry(at index: Int) -> Int {
        let removed = entries[index]
        statistics[removed.key.owner.kind].byteCount -= removed.cost
        if removed.cost > 0, !removed.isWanted { statistics.ahead.wasted.add(removed.byteCount) }
        indices[removed.key] = nil
        let last = entries.removeLast()
        if index < entries.count {
            entries[index] = last
            indices[last.key] = index
        }
        return removed.cost
    }
}
