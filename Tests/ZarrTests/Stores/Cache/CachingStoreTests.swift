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

    /// Whether `part` of the value in `store` is `expected`. (Testing would print long arrays.)
    private static func reads(
        _ store: CachingStore, _ part: ValuePart, as expected: some Sequence<UInt8>
    ) throws -> Bool {
        try bytes(store, part).map { $0.elementsEqual(expected) } ?? false
    }

    @Test func `of a value that turned out to be damaged nothing is read from disk any more`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let setting = try Setting(in: directory)
            let value = Self.noise(200_000, seed: 1)
            try setting.write(value)
            let store = try setting.opened()
            #expect(try Self.reads(store, .whole(atMost: 200_000), as: value))
            _ = setting.counting.takeReads()
            store.distrust("v")
            #expect(try Self.reads(store, .range(0..<200_000), as: value))
            #expect(setting.counting.takeReads().map(\.range) == [0..<200_000])
            // Of a later process, too.
            try setting.opened().distrust("v")
            #expect(try Self.reads(setting.opened(), .range(0..<200_000), as: value))
            #expect(setting.counting.takeReads().map(\.range) == [0..<200_000])
        }
    }

    @Test func `bytes that were read once are not read again, by this process or by the next`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let setting = try Setting(in: directory)
            let value = Self.noise(500_000, seed: 1)
            try setting.write(value)
            let first = try setting.opened()
            // Nobody knows the version before.
            #expect(try Self.reads(first, .range(0..<10), as: value[0..<10]))
            #expect(try Self.reads(first, .range(70_000..<200_000), as: value[70_000..<200_000]))
            #expect(setting.counting.takeReads().map(\.range) == [0..<10, 65_536..<262_144])
            // Only whether it is still that version.
            #expect(try Self.reads(first, .range(65_536..<262_144), as: value[65_536..<262_144]))
            #expect(setting.counting.takeReads().map(\.range) == [0..<0])
            // Only what is missing is read, in whole blocks, and the last one ends with the value.
            #expect(try Self.reads(first, .range(10..<500_000), as: value[10...]))
            #expect(setting.counting.takeReads().map(\.range) == [0..<65_536, 262_144..<500_000])

            let second = try setting.opened()
            #expect(try Self.reads(second, .suffix(4), as: value.suffix(4)))
            #expect(try Self.reads(second, .whole(atMost: 500_000), as: value))
            #expect(setting.counting.takeReads().map(\.range) == [0..<0, 0..<0])
        }
    }

    @Test func `a version that the store has confirmed is read from disk without asking the store`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let setting = try Setting(in: directory)
            let value = Self.noise(200_000, seed: 1)
            try setting.write(value)
            _ = try Self.bytes(try setting.opened(), .range(0..<200_000))
            let store = try setting.opened()
            let version = try #require(try store.get("v", .range(5..<6))?.info.version)
            #expect(setting.counting.takeReads().map(\.range) == [0..<200_000, 0..<0])
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 100_000, alignment: 1)
            defer { memory.deallocate() }
            let result = store.get([ValueRequest("v", .range(50_000..<150_000), version: version)]) { _, _ in memory }
            #expect(try result[0].get()?.version == version)
            #expect(try result[0].get()?.size == 200_000)
            let isRight = memory.elementsEqual(value[50_000..<150_000])
            #expect(isRight)
            #expect(setting.counting.takeReads() == [])
        }
    }

    @Test func `a block that is damaged on disk is read from the store again`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let setting = try Setting(in: directory)
            let value = Self.noise(200_000, seed: 1)
            try setting.write(value)
            _ = try Self.bytes(try setting.opened(), .range(0..<200_000))
            _ = setting.counting.takeReads()
            for name in try FileManager.default.contentsOfDirectory(atPath: setting.cacheFolder) {
                let file = URL(filePath: "\(setting.cacheFolder)/\(name)")
                var bytes = try Data(contentsOf: file)
                guard bytes.count > 60_000 else { continue }
                bytes[1000] ^= 1
                try bytes.write(to: file)
            }
            #expect(try Self.reads(try setting.opened(), .range(0..<200_000), as: value))
            // The last block is small and whole.
            #expect(setting.counting.takeReads().map(\.range) == [0..<196_608])
            #expect(try Self.reads(try setting.opened(), .range(0..<200_000), as: value))
            #expect(setting.counting.takeReads().map(\.range) == [0..<0])
        }
    }

    @Test func `a value that is rewritten is never mixed with what it was`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let setting = try Setting(in: directory)
            let store = try setting.opened()
            for (seed, size) in [200_000, 200_000, 250_000, 150_000, 80_000].enumerated() {
                let value = Self.noise(size, seed: UInt64(seed))
                try setting.write(value)
                #expect(try Self.reads(store, .range(70_000..<80_000), as: value[70_000..<80_000]))
                #expect(try Self.reads(store, .range(0..<80_000), as: value[0..<80_000]))
                #expect(try Self.reads(store, .suffix(100), as: value.suffix(100)))
            }
            try FileManager.default.removeItem(at: setting.folder.appending(path: "v"))
            #expect(try Self.bytes(store, .range(0..<10)) == nil)
            #expect(try Self.bytes(try setting.opened(), .range(0..<10)) == nil)
        }
    }

    @Test func `documents are not kept`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let setting = try Setting(in: directory)
            try setting.write(Array("{}".utf8), as: "zarr.json")
            let store = try setting.opened()
            for _ in 0..<2 {
                #expect(try Self.bytes(store, .whole(atMost: 10), "zarr.json") == Array("{}".utf8))
                #expect(setting.counting.takeReads().map(\.range) == [0..<2])
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: setting.cacheFolder) == [])
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
                let results = stores[0].get(ranges.map { ValueRequest("v", .range($0)) }) { number, _ in
                    memory[number]
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
