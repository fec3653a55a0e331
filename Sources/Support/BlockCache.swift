import Synchronization

/// The one memory budget of the process: it keeps blocks that can be made again, as long as they fit.
///
/// Threads that want the same block wait while one of them makes it; threads that want different blocks seldom share a lock.
/// A block that is dropped from the cache stays alive while a reference to it exists.
///
/// A decoded chunk may be larger than the budget. The last such chunk is kept all the same, and the others get a part of the budget only:
/// else it would be decoded anew for each read. What others decide the size of is to be admitted (`admitting`) before it is allocated.
public final class BlockCache: Sendable {
    /// Stripes of a cache that is small: each stripe drops blocks by itself, so it must hold some.
    private static let leastStripeCount = 16
    /// Bytes of the budget for each stripe, if there are more.
    private static let stripeByteCount = 1 << 20
    /// From so many bytes on, a block that exceeds the budget is kept.
    private static let largeByteCount = 1 << 20

    private let budget: Int
    /// The most bytes that work may use at once.
    public let largestAdmission: Int
    let admission: MemoryAdmission
    /// The cache whose budget is that of all work; nil if it is this one.
    private let parent: BlockCache?
    /// The block that is larger than the budget; nil if there is none.
    private let large = Mutex<(key: BlockKey, block: Block)?>(nil)
    private let largeCount = Atomic<Int>(0)
    private let used = Atomic<Int>(0)
    private let reserved = Atomic<Int>(0)
    private let owners = Atomic<UInt64>(0)
    private let filled = Semaphore()
    private let isFillingAwaited = Atomic<Bool>(false)
    private let stripes: [LockedStripe]

    /// A cache that keeps at most `budget` bytes. With 0 it keeps nothing, but a block is still made once for all threads that
    /// want it at the same time.
    ///
    /// Work may use `excess` bytes more than the budget, but only one thing at a time.
    public init(budget: Int, excess: Int = 4 << 30) {
        self.budget = max(budget, 0)
        largestAdmission = self.budget.adding(max(excess, 0)) ?? .max
        admission = MemoryAdmission(budget: self.budget)
        parent = nil
        stripes = Self.makeStripes(budget: self.budget)
    }

    /// A cache that keeps at most `budget` bytes for itself. What is admitted to it is admitted to `parent`.
    public init(budget: Int, within parent: BlockCache) {
        self.budget = max(budget, 0)
        largestAdmission = parent.largestAdmission
        admission = parent.admission
        self.parent = parent
        stripes = Self.makeStripes(budget: self.budget)
    }

    /// The stripes of a cache of `budget` bytes: the more processors there are, the more threads may want a lock at once.
    private static func makeStripes(budget: Int) -> [LockedStripe] {
        let wanted = Parallel.processorCount.multiplied(by: 2 * leastStripeCount) ?? leastStripeCount
        let count = max(leastStripeCount, min(wanted, budget / stripeByteCount))
        return (0..<count).map { _ in LockedStripe() }
    }

    /// A new owner of blocks of `kind`, different from all others of this cache.
    public func makeOwner(of kind: BlockKind) -> BlockOwner {
        BlockOwner(number: owners.add(1, ordering: .relaxed).newValue, kind: kind)
    }

    /// What is kept now, and the hits and misses so far.
    public var statistics: BlockCacheStatistics {
        var sum = BlockCacheStatistics()
        for stripe in stripes { sum += stripe.state.withLock { $0.statistics } }
        sum.reservedByteCount = reserved.load(ordering: .relaxed)
        sum.budget = budget
        large.withLock { if let large = $0 { sum[large.key.owner.kind].byteCount += large.block.count } }
        return sum
    }

    /// The block of `key`, made by `make` if it is not kept. `isAhead` says that no reader has asked for it yet.
    ///
    /// `make` runs on the calling thread, on at most one thread at a time for a key, and must not ask for the same key. If it
    /// throws, this caller alone gets the error, and nothing is kept.
    @inlinable
    public func block<E: Error>(
        _ key: BlockKey, isAhead: Bool = false, make: () throws(E) -> Block
    ) throws(E) -> Block {
        if let block = largeBlock(key) { return block }
        let slot = wantedSlot(for: key, isAhead: isAhead)
        var isNew = false
        do {
            let block = try slot.get { () throws(E) -> Block in
                let block = try make()
                isNew = true
                return block
            }
            if isNew { keepBlock(of: slot, for: key) }
            return block
        } catch {
            removeUnfilled(slot, of: key)
            throw error
        }
    }

    /// The block of `key` if it is kept; nil if not, even if a thread is making it. `isAhead` says that no reader has asked for it yet.
    ///
    /// Who needs several blocks asks for each of them by this first, which takes one lock once.
    public func keptBlock(_ key: BlockKey, isAhead: Bool = false) -> Block? {
        if let block = largeBlock(key) { return block }
        return stripes[stripeIndex(of: key)].state.withLock { $0.keptSlot(for: key, isAhead: isAhead) }?.current
    }

    /// Removes and returns the block of `key`, for blocks that are needed once; nil if it is not kept. Does not wait for one
    /// that is being made.
    public func takeBlock(_ key: BlockKey) -> Block? {
        let (block, freed) = stripes[stripeIndex(of: key)].state.withLock { stripe in
            let slot = stripe.filledSlot(for: key)
            return (slot?.current, slot == nil ? 0 : stripe.remove(key))
        }
        used.subtract(freed, ordering: .relaxed)
        return block
    }

    /// Whether the block of `key` is kept. This does not count as a use.
    public func keeps(_ key: BlockKey) -> Bool {
        stripes[stripeIndex(of: key)].state.withLock { $0.isFilled(key) }
    }

    /// Whether a thread is making the block of `key`.
    public func isBeingMade(_ key: BlockKey) -> Bool {
        stripes[stripeIndex(of: key)].state.withLock { $0.isUnfilled(key) }
    }

    /// Keeps `block` under `key`, in place of the block kept there, if any.
    public func insert(_ block: Block, for key: BlockKey) {
        let index = stripeIndex(of: key)
        let freed = stripes[index].state.withLock { $0.remove(key) }
        used.subtract(freed, ordering: .relaxed)
        let slot = stripes[index].state.withLock { $0.slot(for: key) }
        slot.set(block)
        keep(block, in: slot, for: key, stripe: index)
    }

    /// Reserves `byteCount` bytes of the budget for something that is kept elsewhere, until `unreserve` gives them back. Returns
    /// false, and reserves nothing, if more than half of the budget would then be reserved.
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

    /// Gives back `byteCount` bytes that `reserve` has reserved.
    public func unreserve(_ byteCount: Int) {
        reserved.subtract(byteCount, ordering: .relaxed)
    }

    /// Drops every block that is kept. Those in use stay alive until they are released.
    public func removeAll() {
        for stripe in stripes {
            let freed = stripe.state.withLock { $0.removeFilled() }
            used.subtract(freed, ordering: .relaxed)
        }
        dropLarge()
    }

    /// Returns at once if a block is kept, else sleeps until one is. For one thread at a time.
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
        // Successive blocks of one owner fall into different stripes. A sum that wraps around is as good as any.
        Int(truncatingIfNeeded: (key.owner.number &* 7 &+ key.number) % UInt64(stripes.count))
    }

    @usableFromInline
    func wantedSlot(for key: BlockKey, isAhead: Bool) -> Slot {
        stripes[stripeIndex(of: key)].state.withLock { $0.wantedSlot(for: key, isAhead: isAhead) }
    }

    @usableFromInline
    func removeUnfilled(_ slot: Slot, of key: BlockKey) {
        stripes[stripeIndex(of: key)].state.withLock { $0.removeUnfilled(key, slot) }
    }

    /// Keeps the block that this thread has made in `slot`. The slot does not hold what a cancelled caller has made; whether the work was
    /// cancelled since does not matter, since others may have the block already.
    @usableFromInline
    func keepBlock(of slot: Slot, for key: BlockKey) {
        let index = stripeIndex(of: key)
        if let block = slot.current {
            keep(block, in: slot, for: key, stripe: index)
        } else {
            stripes[index].state.withLock { $0.removeUnfilled(key, slot) }
        }
    }

    private func keep(_ block: Block, in slot: Slot, for key: BlockKey, stripe index: Int) {
        guard block.count <= budget || block.count < Self.largeByteCount else {
            stripes[index].state.withLock { $0.removeUnfilled(key, slot) }
            return keepLarge(block, for: key, stripe: index)
        }
        guard let cost = stripes[index].state.withLock({ $0.fill(key, slot, byteCount: block.count) }) else { return }
        used.add(cost, ordering: .sequentiallyConsistent)
        announceFilling()
        evictDownToBudget(from: index)
    }

    /// Wakes the thread that waits until a block is kept.
    private func announceFilling() {
        if isFillingAwaited.load(ordering: .sequentiallyConsistent),
            isFillingAwaited.exchange(false, ordering: .sequentiallyConsistent)
        {
            filled.signal()
        }
    }

    // MARK: - Large blocks

    @usableFromInline
    func largeBlock(_ key: BlockKey) -> Block? {
        guard largeCount.load(ordering: .relaxed) > 0,
            let block = large.withLock({ $0.flatMap { $0.key == key ? $0.block : nil } })
        else { return nil }
        stripes[stripeIndex(of: key)].state.withLock { $0.countHit(key) }
        return block
    }

    private func keepLarge(_ block: Block, for key: BlockKey, stripe index: Int) {
        dropLarge()
        // What is being decoded now will take its place.
        guard admission.byteCount <= budget / 4 else { return }
        large.withLock { $0 = (key, block) }
        largeCount.add(block.count, ordering: .relaxed)
        used.add(block.count, ordering: .sequentiallyConsistent)
        announceFilling()
        evictDownToBudget(from: index)
    }

    private func dropLarge() {
        // Freed outside the lock.
        let dropped = large.withLock { large in
            defer { large = nil }
            return large
        }
        guard let dropped else { return }
        largeCount.subtract(dropped.block.count, ordering: .relaxed)
        used.subtract(dropped.block.count, ordering: .relaxed)
    }

    /// Drops blocks until `byteCount` more bytes, which have been admitted, fit beside the rest, as far as that is possible.
    func makeRoom(for byteCount: Int) {
        parent?.makeRoom(for: byteCount)
        if byteCount > budget / 4 { dropLarge() }
        evictDownToBudget(from: 0)
    }

    /// The most bytes that may be kept beside the large block: a part of the budget in any case.
    private var limitBesideLarge: Int {
        let large = largeCount.load(ordering: .relaxed)
        let rest = budget - reserved.load(ordering: .relaxed) - admission.byteCount
        return large == 0 ? max(rest, 0) : max(rest - large, budget / 4)
    }

    /// Drops blocks, starting with the stripe at `index`, until the rest fits.
    private func evictDownToBudget(from index: Int) {
        let limit = limitBesideLarge + largeCount.load(ordering: .relaxed)
        var victim = index
        var emptyStripes = 0
        while used.load(ordering: .relaxed) > limit, emptyStripes < stripes.count {
            let freed = stripes[victim].state.withLock { $0.evictOne() }
            emptyStripes = freed == 0 ? emptyStripes + 1 : 0
            used.subtract(freed, ordering: .relaxed)
            victim = (victim + 1) % stripes.count
        }
    }
}

/// A place for one block, in which one thread makes it and others wait for it.
@usableFromInline typealias Slot = SingleFlight<Block>

/// A stripe and its lock.
private final class LockedStripe: Sendable {
    let state = Mutex(Stripe())
}

/// A part of the map, with a lock of its own. Its entries are evicted by the CLOCK algorithm: a hand goes round, clears the
/// reference bit of entries that have it, and evicts the first that has not.
private struct Stripe {
    private struct Entry {
        let key: BlockKey
        let slot: Slot
        /// 0 while the block is being made; such an entry is never evicted.
        var cost = 0
        /// The reference bit: whether it was used since the hand last passed.
        var isRecentlyUsed = true
        /// Whether it was made before a reader asked for it.
        let isAhead: Bool
        /// Whether a reader has asked for it.
        var isWanted: Bool

        var byteCount: Int { cost - Stripe.overhead }
    }

    /// Bytes that a cached block costs beyond its own: the entry, the key, the allocation.
    private static let overhead = 160

    private(set) var statistics = BlockCacheStatistics()

    private var entries: [Entry] = []
    private var indices: [BlockKey: Int] = [:]
    private var hand = 0

    /// The slot of `key` for a caller that wants its block, created if there is none. A call with `isAhead` counts as neither hit
    /// nor miss.
    mutating func wantedSlot(for key: BlockKey, isAhead: Bool) -> Slot {
        guard let index = indices[key] else {
            if !isAhead { statistics[key.owner.kind].misses += 1 }
            return addSlot(for: key, isAhead: isAhead)
        }
        if !isAhead { noteUse(at: index) }
        entries[index].isRecentlyUsed = true
        return entries[index].slot
    }

    /// Counts a use of the block of `key`, which is kept elsewhere.
    mutating func countHit(_ key: BlockKey) {
        statistics[key.owner.kind].hits += 1
    }

    /// The slot of `key` to put a block in, created if there is none.
    mutating func slot(for key: BlockKey) -> Slot {
        if let index = indices[key] { return entries[index].slot }
        return addSlot(for: key, isAhead: false)
    }

    /// Whether the block of `key` is kept.
    func isFilled(_ key: BlockKey) -> Bool {
        indices[key].map { entries[$0].cost > 0 } ?? false
    }

    /// Whether the block of `key` is being made.
    func isUnfilled(_ key: BlockKey) -> Bool {
        indices[key].map { entries[$0].cost == 0 } ?? false
    }

    /// The slot of `key` if its block is kept; else counts a miss.
    mutating func filledSlot(for key: BlockKey) -> Slot? {
        if let slot = keptSlot(for: key, isAhead: false) { return slot }
        statistics[key.owner.kind].misses += 1
        return nil
    }

    /// The slot of `key` if its block is kept. A call with `isAhead` does not count as a hit.
    mutating func keptSlot(for key: BlockKey, isAhead: Bool) -> Slot? {
        guard let index = indices[key], entries[index].cost > 0 else { return nil }
        if !isAhead { noteUse(at: index) }
        entries[index].isRecentlyUsed = true
        return entries[index].slot
    }

    /// Records that `slot` now holds a block of `byteCount` bytes, and returns what keeping it costs; nil if the slot is no longer
    /// in the map, or was recorded before.
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

    /// Removes a slot whose block could not be made, unless another thread is making it now.
    mutating func removeUnfilled(_ key: BlockKey, _ slot: Slot) {
        guard let index = indices[key], entries[index].slot === slot, entries[index].cost == 0, !slot.isBeingMade
        else { return }
        removeEntry(at: index)
    }

    /// Removes `key` and returns what its block cost.
    mutating func remove(_ key: BlockKey) -> Int {
        guard let index = indices[key] else { return 0 }
        return removeEntry(at: index)
    }

    /// Evicts the next block that the hand finds and returns its cost; 0 if there is none to evict.
    mutating func evictOne() -> Int {
        // Two rounds: the first may do no more than clear every reference bit.
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

    /// Removes all blocks and returns what they cost.
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

    /// Records that a reader asked for the block at `index`, which may still be being made.
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
