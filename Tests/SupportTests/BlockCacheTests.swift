import Glibc
import Support
import Synchronization
import TestSupport
import Testing

struct BlockCacheTests {
    private struct CannotMake: Error {}

    private static func block(of count: Int, holding value: UInt8) -> Block {
        Block([UInt8](repeating: value, count: count))
    }

    @Test func `the cache makes a block once while it is kept`() {
        let cache = BlockCache(budget: 1 << 20)
        let key = BlockKey(owner: cache.makeOwner(of: .samples), number: 7)
        var made = 0
        for _ in 0..<5 {
            let block = cache.block(key) {
                made += 1
                return Self.block(of: 10, holding: 3)
            }
            #expect(block.bytes.elementsEqual([UInt8](repeating: 3, count: 10)))
        }
        #expect(made == 1)
    }

    @Test func `the cache makes every block once when eight threads want all of them`() {
        let cache = BlockCache(budget: 1 << 24)
        let owner = cache.makeOwner(of: .samples)
        let made = Mutex([Int](repeating: 0, count: 50))
        Parallel.forEach(count: 400, threads: 8) { index in
            let number = index / 8
            let block = cache.block(BlockKey(owner: owner, number: UInt64(number))) {
                made.withLock { $0[number] += 1 }
                usleep(1_000)
                return Self.block(of: 1_000, holding: UInt8(number))
            }
            #expect(block.bytes.allSatisfy { $0 == UInt8(number) })
        }
        #expect(made.withLock { $0 } == [Int](repeating: 1, count: 50))
    }

    @Test(arguments: [0, 1_000, 50_000])
    func `the cache never keeps more than its budget`(_ budget: Int) {
        let cache = BlockCache(budget: budget)
        let owner = cache.makeOwner(of: .samples)
        for number in 0..<2_000 {
            _ = cache.block(BlockKey(owner: owner, number: UInt64(number))) {
                Self.block(of: number % 700, holding: 1)
            }
            #expect(cache.byteCount <= budget)
        }
    }

    @Test func `the cache keeps a block that is used again and again`() {
        let cache = BlockCache(budget: 40_000)
        let favourite = BlockKey(owner: cache.makeOwner(of: .samples), number: 0)
        let passing = cache.makeOwner(of: .samples)
        var made = 0
        for number in 0..<5_000 {
            _ = cache.block(favourite) {
                made += 1
                return Self.block(of: 1_000, holding: 1)
            }
            _ = cache.block(BlockKey(owner: passing, number: UInt64(number))) { Self.block(of: 1_000, holding: 2) }
        }
        #expect(made < 50)
    }

    @Test func `the cache keeps nothing of a block that could not be made, and makes it on the next request`() throws {
        let cache = BlockCache(budget: 1_000)
        let key = BlockKey(owner: cache.makeOwner(of: .samples), number: 1)
        #expect(throws: CannotMake.self) { try cache.block(key) { () throws(CannotMake) in throw CannotMake() } }
        #expect(cache.byteCount == 0)
        #expect(!cache.keeps(key))
        #expect(cache.block(key) { Self.block(of: 5, holding: 9) }.count == 5)
    }

    @Test func `a block inserted into the cache replaces the one there`() {
        let cache = BlockCache(budget: 10_000)
        let key = BlockKey(owner: cache.makeOwner(of: .samples), number: 1)
        cache.insert(Self.block(of: 100, holding: 1), for: key)
        let before = cache.byteCount
        cache.insert(Self.block(of: 100, holding: 2), for: key)
        #expect(cache.byteCount == before)
        #expect(cache.takeBlock(key)?.bytes.first == 2)
    }

    @Test func `the cache keeps the blocks of different owners apart`() {
        let cache = BlockCache(budget: 10_000)
        let (first, second) = (cache.makeOwner(of: .samples), cache.makeOwner(of: .samples))
        cache.insert(Self.block(of: 1, holding: 1), for: BlockKey(owner: first, number: 0))
        #expect(cache.takeBlock(BlockKey(owner: second, number: 0)) == nil)
    }

    @Test func `the cache no longer keeps a block that was taken`() {
        let cache = BlockCache(budget: 10_000)
        let key = BlockKey(owner: cache.makeOwner(of: .states), number: 0)
        cache.insert(Self.block(of: 100, holding: 7), for: key)
        #expect(cache.takeBlock(key)?.bytes.first == 7)
        #expect(cache.takeBlock(key) == nil)
        #expect(cache.byteCount == 0)
    }

    @Test func `the cache knows which blocks are being made`() {
        let cache = BlockCache(budget: 10_000)
        let owner = cache.makeOwner(of: .samples)
        let (key, other) = (BlockKey(owner: owner, number: 0), BlockKey(owner: owner, number: 1))
        #expect(!cache.isBeingMade(key))
        _ = cache.block(key) {
            #expect(cache.isBeingMade(key) && !cache.isBeingMade(other))
            return Self.block(of: 100, holding: 1)
        }
        #expect(!cache.isBeingMade(key))
    }
}
