import Support
import TestSupport
import Testing

@testable import Commands

struct IdleReleaseTests {
    /// Requests a hundred blocks and returns how many of them were made.
    private static func fill(_ cache: BlockCache, _ owner: BlockOwner) -> Int {
        var made = 0
        for number in 0..<100 {
            _ = cache.block(BlockKey(owner: owner, number: UInt64(number))) {
                made += 1
                return Block(count: 10_000) { $0.initializeMemory(as: UInt8.self, repeating: 1) }
            }
        }
        return made
    }

    @Test func `the memory of an idle cache is freed, again and again`() throws {
        let cache = BlockCache(budget: 16 << 20)
        let owner = cache.makeOwner(of: .samples)
        try IdleRelease.start(for: cache, afterSeconds: 1)
        for _ in 0..<2 {
            #expect(Self.fill(cache, owner) == 100)
            #expect(eventually { cache.byteCount == 0 })
        }
        #expect(cache.statistics[.samples].byteCount == 0)
    }

    @Test func `emptying a cache spares blocks that are being made or in use`() {
        let cache = BlockCache(budget: 16 << 20)
        let key = BlockKey(owner: cache.makeOwner(of: .samples), number: 0)
        let block = cache.block(key) {
            cache.removeAll()
            return Block([1, 2, 3])
        }
        #expect(cache.keeps(key))
        cache.removeAll()
        #expect(!cache.keeps(key))
        #expect(cache.byteCount == 0)
        #expect(block.bytes.elementsEqual([1, 2, 3]))
    }
}
