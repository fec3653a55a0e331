import Glibc
import Support
import Testing

@testable import Commands

@Suite("The memory of an idle cache")
struct IdleReleaseTests {
    private static func fill(_ cache: BlockCache, _ owner: BlockOwner) {
        for number in 0..<100 {
            _ = cache.block(BlockKey(owner: owner, number: UInt64(number))) {
                Block(count: 10_000) { $0.initializeMemory(as: UInt8.self, repeating: 1) }
            }
        }
    }

    private static func isEmptied(_ cache: BlockCache) -> Bool {
        for _ in 0..<3_000 {
            if cache.byteCount == 0 { return true }
            usleep(10_000)
        }
        return false
    }

    @Test("is given back, again and again, and the cache goes on")
    func givesBack() throws {
        let cache = BlockCache(budget: 16 << 20)
        let owner = cache.makeOwner(of: .samples)
        try IdleRelease.start(for: cache, afterSeconds: 1)
        for _ in 0..<2 {
            Self.fill(cache, owner)
            #expect(cache.byteCount >= 1_000_000)
            #expect(Self.isEmptied(cache))
        }
        #expect(cache.statistics[.samples].byteCount == 0)
    }

    @Test("leaves alone what is being made and what is in use")
    func leavesWhatIsInUse() {
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
