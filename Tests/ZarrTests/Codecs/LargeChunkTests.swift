import CZstd
import Synchronization
import TestSupport
import Testing

@testable import Support
@testable import Zarr

/// Chunks that take much memory: more than the cache has, or more than there is.
struct LargeChunkTests {
    private static func zstd(_ bytes: [UInt8]) -> [UInt8] {
        var encoded = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let count = ZSTD_compress(&encoded, encoded.count, bytes, bytes.count, 1)
        return Array(encoded[..<count])
    }

    /// A store of one array of `count` chunks of `byteCount` bytes each, all of them the number 7, and of chunk `0` only `chunk` if that
    /// is given.
    private static func store(chunks count: Int, of byteCount: Int, chunk: [UInt8]? = nil) -> CountingStore {
        let document = Documents.array(
            shape: "[\(count * byteCount)]", chunks: "[\(byteCount)]", codecs: #"["bytes","zstd"]"#)
        let chunk = chunk ?? zstd([UInt8](repeating: 7, count: byteCount))
        return CountingStore(
            MemoryStore(document: document, Dictionary(uniqueKeysWithValues: (0..<count).map { ("c/\($0)", chunk) })))
    }

    @Test func `a chunk that is larger than the cache is kept while it is read from`() throws {
        let store = Self.store(chunks: 1, of: 12 << 20)
        let cache = BlockCache(budget: 8 << 20)
        let array = try ZarrArray.open(store, path: "", cache: cache)
        _ = store.takeReads()
        for start in stride(from: 0, to: 12 << 20, by: 64 << 10) {
            #expect(try array.read(bytes: UInt64(start)..<UInt64(start) + 100) == [UInt8](repeating: 7, count: 100))
            // Other blocks come and go beside it.
            _ = cache.block(BlockKey(owner: cache.makeOwner(of: .samples), number: 0)) {
                Block([UInt8](repeating: 1, count: 100_000))
            }
        }
        #expect(store.takeReads().filter { $0.key == "c/0" && !$0.range.isEmpty }.count == 1)
        #expect(cache.byteCount < (12 << 20) + (8 << 20) / 4 + 1_000)
        cache.removeAll()
        #expect(cache.byteCount == 0)
    }

    @Test func `no more is decoded at once than the budget has room for`() throws {
        let store = Self.store(chunks: 8, of: 6 << 20)
        let cache = BlockCache(budget: 8 << 20)
        let array = try ZarrArray.open(store, path: "", cache: cache)
        let most = Atomic<Int>(0)
        let isDone = Atomic<Bool>(false)
        let watcher = try WorkerThread(name: "watcher") {
            while !isDone.load(ordering: .relaxed) { most.max(cache.admittedByteCount, ordering: .relaxed) }
        }
        Parallel.forEach(count: 32, threads: 8) { index in
            let start = UInt64(index % 8) * (6 << 20)
            #expect((try? array.read(bytes: start..<start + 10)) == [UInt8](repeating: 7, count: 10))
        }
        isDone.store(true, ordering: .relaxed)
        watcher.join()
        #expect((1...8 << 20).contains(most.load(ordering: .relaxed)))
        #expect(cache.admittedByteCount == 0)
    }

    @Test func `a chunk that takes more memory than is allowed is refused before it is decoded`() throws {
        let store = Self.store(chunks: 1, of: 32 << 20)
        let array = try ZarrArray.open(store, path: "", cache: BlockCache(budget: 8 << 20, excess: 8 << 20))
        _ = store.takeReads()
        let error = #expect(throws: ZarrError.self) { try array.read(bytes: 0..<1) }
        #expect(error?.kind == .unsupported)
        #expect(error?.description.contains("more than the 16777216 allowed") == true)
        #expect(store.takeReads().allSatisfy { $0.range.isEmpty })
    }

    @Test func `a chunk that cannot be decoded is not tried again for a while, and then it is`() throws {
        let broken = Array(Self.zstd((0..<2 << 20).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) }).dropLast(100))
        let store = Self.store(chunks: 1, of: 2 << 20, chunk: broken)
        let array = try ZarrArray.open(store, path: "", cache: BlockCache(budget: 8 << 20))
        func tries() -> Int { store.takeReads().filter { $0.key == "c/0" && !$0.range.isEmpty }.count }
        _ = tries()
        for _ in 0..<50 { #expect(throws: ZarrError.self) { try array.read(bytes: 0..<1) } }
        #expect((1...5).contains(tries()))
        #expect(
            eventually {
                #expect(throws: ZarrError.self) { try array.read(bytes: 0..<1) }
                return tries() > 0
            })
    }

    @Test func `a frame that announces another size than the chunk has is refused before memory is taken for it`()
        throws
    {
        let store = Self.store(chunks: 1, of: 1_000, chunk: Self.zstd([UInt8](repeating: 0, count: 64 << 20)))
        let error = #expect(throws: ZarrError.self) {
            try ZarrArray.open(store, path: "", cache: BlockCache(budget: 1 << 20)).read(bytes: 0..<1)
        }
        #expect(error?.description.contains("holds 67108864 bytes instead of 1000") == true)
    }
}
