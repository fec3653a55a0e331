import Foundation
import Support
import TestSupport
import Testing

@testable import Zarr

@Suite struct CachingStoreTests {
    /// A store on disk whose reads are counted, and the folder of a cache.
    private struct Setting {
        let folder: URL
        let counting: CountingStore
        let cacheFolder: String

        init(in directory: URL) throws {
            folder = directory.appending(path: "store")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            counting = CountingStore(try DirectoryStore(path: folder.path))
            cacheFolder = directory.appending(path: "cache").path
        }

        /// The store as a new process sees it.
        func opened() throws -> CachingStore {
            CachingStore(
                counting, address: "s3://bucket/a.zarr", cache: try DiskCache(folder: cacheFolder, byteLimit: 1 << 30))
        }

        func write(_ bytes: [UInt8], as name: String = "v") throws {
            try Data(bytes).write(to: folder.appending(path: name), options: .atomic)
        }
    }

    private static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = RepeatableRandom(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    private static func bytes(_ store: CachingStore, _ part: ValuePart, _ key: String = "v") throws -> [UInt8]? {
        try store.get(key, part).map { Array($0.bytes.bytes) }
    }

    @Test func `what was read once is not read again, neither by this process nor by the next`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let setting = try Setting(in: directory)
            let value = Self.noise(500_000, seed: 1)
            try setting.write(value)
            let first = try setting.opened()
            // What version it is in nobody knows before.
            #expect(try Self.bytes(first, .range(0..<10)) == Array(value[0..<10]))
            #expect(try Self.bytes(first, .range(70_000..<200_000)) == Array(value[70_000..<200_000]))
            #expect(setting.counting.takeReads().map(\.range) == [0..<10, 65_536..<262_144])
            #expect(try Self.bytes(first, .range(65_536..<262_144)) == Array(value[65_536..<262_144]))
            #expect(setting.counting.takeReads() == [])
            // Only what is missing is read, in whole blocks, and the last one ends with the value.
            #expect(try Self.bytes(first, .range(10..<500_000)) == Array(value[10...]))
            #expect(setting.counting.takeReads().map(\.range) == [0..<65_536, 262_144..<500_000])

            let second = try setting.opened()
            #expect(try Self.bytes(second, .suffix(4)) == Array(value.suffix(4)))
            #expect(setting.counting.takeReads().map(\.range) == [499_996..<500_000])
            #expect(try Self.bytes(second, .range(0..<500_000)) == value)
            #expect(setting.counting.takeReads() == [])
        }
    }

    @Test func `a value that is rewritten is never mixed with what it was`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let setting = try Setting(in: directory)
            let store = try setting.opened()
            for seed in 0..<4 as Range<UInt64> {
                // The last ones are of another size.
                let value = Self.noise(200_000 + (seed > 1 ? 50_000 : 0), seed: seed)
                try setting.write(value)
                #expect(try Self.bytes(store, .range(70_000..<140_000)) == Array(value[70_000..<140_000]))
                #expect(try Self.bytes(store, .range(0..<200_000)) == Array(value[0..<200_000]))
            }
            try FileManager.default.removeItem(at: setting.folder.appending(path: "v"))
            store.forget()
            #expect(try Self.bytes(store, .range(0..<10)) == nil)
        }
    }

    @Test func `ranges of any size, one by one and together, have the bytes of the value`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let setting = try Setting(in: directory)
            let value = Self.noise(1_000_003, seed: 2)
            try setting.write(value)
            var random = RepeatableRandom(seed: 3)
            var stores = [try setting.opened()]
            for turn in 0..<150 {
                if turn % 40 == 39 { stores = [try setting.opened()] }
                let ranges = (0..<turn % 4 + 1).map { _ in random.range(within: UInt64(value.count), longest: 200_000) }
                let memory = ranges.map { UnsafeMutableRawBufferPointer.allocate(byteCount: $0.count, alignment: 1) }
                defer { memory.forEach { $0.deallocate() } }
                let results = stores[0].get(ranges.map { ValueRequest("v", .range($0)) }) { number, _ in memory[number]
                }
                for (number, range) in ranges.enumerated() {
                    #expect(try results[number].get()?.size == UInt64(value.count))
                    let isRight = memory[number].elementsEqual(value[Int(range.lowerBound)..<Int(range.upperBound)])
                    #expect(isRight, "\(range)")
                }
            }
        }
    }

    @Test func `a range behind the end, a value that is not there and an empty range are as in the store`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let setting = try Setting(in: directory)
            try setting.write(Self.noise(100, seed: 1))
            let store = try setting.opened()
            for _ in 0..<2 {
                #expect(throws: StoreError.self) { try Self.bytes(store, .range(50..<101)) }
                #expect(try Self.bytes(store, .range(0..<10), "w") == nil)
                #expect(try Self.bytes(store, .range(3..<3)) == [])
                #expect(try Self.bytes(store, .range(90..<100))?.count == 10)
                #expect(throws: StoreError.self) { try Self.bytes(store, .whole(atMost: 99)) }
            }
        }
    }
}
