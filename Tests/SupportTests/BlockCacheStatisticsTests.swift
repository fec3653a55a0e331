import Support
import Synchronization
import TestSupport
import Testing

struct BlockCacheStatisticsTests {
    private func key(_ owner: BlockOwner, _ number: UInt64) -> BlockKey { BlockKey(owner: owner, number: number) }

    private func block(of count: Int = 1_000) -> Block { Block(count: count) { _ in } }

    @Test func `cache statistics count hits and misses by kind`() {
        let cache = BlockCache(budget: 1 << 20)
        let (samples, states) = (cache.makeOwner(of: .samples), cache.makeOwner(of: .states))
        for _ in 0..<3 { _ = cache.block(key(samples, 1)) { block() } }
        #expect(cache.takeBlock(key(states, 1)) == nil)
        cache.insert(block(), for: key(states, 1))
        #expect(cache.takeBlock(key(states, 1)) != nil)
        let statistics = cache.statistics
        #expect(statistics[.samples].misses == 1)
        #expect(statistics[.samples].hits == 2)
        #expect(statistics[.states].misses == 1)
        #expect(statistics[.states].hits == 1)
        #expect(statistics[.chunks].hits + statistics[.chunks].misses == 0)
    }

    @Test func `cache statistics have the bytes of every kind and the evictions`() {
        let cache = BlockCache(budget: 40_000)
        let owners = BlockKind.allCases.map(cache.makeOwner)
        #expect(cache.reserve(5_000))
        for number in 0..<500 as Range<UInt64> {
            for owner in owners { _ = cache.block(key(owner, number)) { block(of: Int(number)) } }
            let statistics = cache.statistics
            #expect(cache.byteCount <= statistics.budget)
        }
        let statistics = cache.statistics
        #expect(statistics.budget == 40_000)
        #expect(statistics.reservedByteCount == 5_000)
        #expect(BlockKind.allCases.allSatisfy { statistics[$0].evictions > 300 })
    }

    @Test func `cache statistics count blocks made ahead that were used and those that were not`() {
        let cache = BlockCache(budget: 100_000)
        let owner = cache.makeOwner(of: .samples)
        for number in 0..<10 as Range<UInt64> { _ = cache.block(key(owner, number), isAhead: true) { block() } }
        for number in 0..<4 as Range<UInt64> {
            for _ in 0..<2 { _ = cache.block(key(owner, number)) { block() } }
        }
        // A prefetch that comes after the reader makes nothing.
        _ = cache.block(key(owner, 20)) { block() }
        _ = cache.block(key(owner, 20), isAhead: true) { block() }
        var statistics = cache.statistics
        #expect(statistics.ahead.made.blocks == 10)
        #expect(statistics.ahead.made.bytes == 10_000)
        #expect(statistics.ahead.used.blocks == 4)
        #expect(statistics.ahead.used.bytes == 4_000)
        #expect(statistics.ahead.wasted.blocks == 0)
        #expect(statistics[.samples].hits == 8)
        #expect(statistics[.samples].misses == 1)
        for number in 100..<300 as Range<UInt64> { _ = cache.block(key(owner, number)) { block() } }
        statistics = cache.statistics
        #expect(statistics.ahead.wasted.blocks == 6)
        #expect(statistics.ahead.wasted.bytes == 6_000)
        #expect(statistics.ahead.used.blocks == 4)
    }

    @Test func `cache statistics count a block made ahead as used if a reader waited for it`() throws {
        let cache = BlockCache(budget: 100_000)
        let key = key(cache.makeOwner(of: .samples), 0)
        let isMaking = Semaphore()
        let isWanted = Semaphore()
        let maker = try WorkerThread(name: "maker") {
            _ = cache.block(key, isAhead: true) {
                isMaking.signal()
                isWanted.wait()
                return Block(count: 500) { _ in }
            }
        }
        isMaking.wait()
        let reader = try WorkerThread(name: "reader") {
            _ = cache.block(key) { Block(count: 1) { _ in } }
        }
        #expect(eventually { cache.statistics[.samples].hits == 1 })
        isWanted.signal()
        maker.join()
        reader.join()
        #expect(cache.statistics.ahead.made.bytes == 500)
        #expect(cache.statistics.ahead.used.bytes == 500)
    }
}

struct CounterTests {
    @Test func `a counter loses nothing that several threads add`() {
        final class Counted: Sendable { let counter = Counter() }
        let counted = Counted()
        Parallel.forEach(count: 8, threads: 4) { number in
            for _ in 0..<10_000 { counted.counter.add(UInt64(number)) }
        }
        #expect(counted.counter.value == 280_000)
    }
}
