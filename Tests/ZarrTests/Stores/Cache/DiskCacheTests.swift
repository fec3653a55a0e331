import Foundation
import Glibc
import Support
import TestSupport
import Testing

@testable import Zarr

@Suite struct DiskCacheTests {
    private static func block(_ number: UInt64, of value: String = "s3://bucket/a.zarr 0/blob/c/0") -> DiskBlock {
        DiskBlock(value: value, version: 7, size: 10 * DiskBlock.byteCount + 100, number: number)
    }

    private static func bytes(_ block: DiskBlock) -> [UInt8] {
        [UInt8](repeating: UInt8(1 + block.number), count: block.range.count)
    }

    private static func keep(_ block: DiskBlock, in cache: DiskCache) {
        bytes(block).withUnsafeBytes { cache.keep($0, of: block) }
    }

    private static func isKept(_ block: DiskBlock, in cache: DiskCache) -> Bool {
        cache.bytes(of: block).map { $0.bytes.elementsEqual(bytes(block)) } ?? false
    }

    /// The paths of all files below `folder`.
    private static func files(_ folder: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).map { "\(folder.path)/\($0)" }.filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }

    @Test func `a block that one cache keeps is there for others that share its folder, and for nobody else to read`()
        throws
    {
        try TestFiles.withTemporaryDirectory { directory in
            let folder = directory.appending(path: "new/cache")
            let cache = try DiskCache(folder: folder.path, byteLimit: 1 << 30)
            for number in 0...10 as ClosedRange<UInt64> { Self.keep(Self.block(number), in: cache) }
            let other = try DiskCache(folder: folder.path, byteLimit: 1 << 30)
            for number in 0...10 as ClosedRange<UInt64> { #expect(Self.isKept(Self.block(number), in: other)) }
            #expect(Self.block(10).range.upperBound - Self.block(10).range.lowerBound == 100)
            #expect(other.bytes(of: Self.block(0, of: "s3://bucket/b.zarr 0/blob/c/0")) == nil)
            let modes = try Self.files(folder).map {
                try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int
            }
            #expect(modes == [Int?](repeating: 0o600, count: 11))
        }
    }

    @Test func `a file that is cut, longer, changed in any place, or that of another block is not believed`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let cache = try DiskCache(folder: directory.path, byteLimit: 1 << 30)
            let (small, large) = (Self.block(10), Self.block(3))
            Self.keep(small, in: cache)
            let path = try #require(Self.files(directory).first)
            let whole = try Data(contentsOf: URL(filePath: path))
            func isBelieved(_ data: Data) throws -> Bool {
                try data.write(to: URL(filePath: path))
                return cache.bytes(of: small) != nil
            }
            #expect(try isBelieved(whole))
            for place in whole.indices {
                var changed = whole
                changed[place] ^= 0x10
                #expect(try !isBelieved(changed), "byte \(place)")
            }
            #expect(try !isBelieved(whole.dropLast()))
            #expect(try !isBelieved(whole + [0]))
            #expect(try !isBelieved(Data()))
            let twin = Self.block(10, of: "another value")
            Self.keep(twin, in: cache)
            let other = try #require(Self.files(directory).first { $0 != path })
            #expect(try !isBelieved(Data(contentsOf: URL(filePath: other))))
            // What is not believed can be kept again.
            Self.keep(small, in: cache)
            #expect(Self.isKept(small, in: cache))
            #expect(cache.bytes(of: large) == nil)
        }
    }

    @Test func `the blocks that were used least recently make room, and other files stay`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let limit = 20 * DiskBlock.byteCount
            let cache = try DiskCache(folder: directory.path, byteLimit: limit)
            func age(_ path: String, hours: Double) throws {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: -3_600 * hours)], ofItemAtPath: path)
            }
            let values = (0..<10).map { "value \($0)" }
            for (number, value) in values.enumerated() {
                let before = Set(try Self.files(directory))
                Self.keep(Self.block(0, of: value), in: cache)
                let new = try #require(Set(try Self.files(directory)).subtracting(before).first)
                try age(new, hours: Double(20 - number))
            }
            // It is the oldest, and is used now.
            #expect(Self.isKept(Self.block(0, of: values[0]), in: cache))
            let other = "\(directory.path)/letters"
            try Data([1]).write(to: URL(filePath: other))
            try age(other, hours: 200)
            for number in 0..<12 as Range<UInt64> { Self.keep(Self.block(number % 10, of: "\(number)"), in: cache) }
            let sizes = try Self.files(directory).map {
                try FileManager.default.attributesOfItem(atPath: $0)[.size] as? UInt64 ?? 0
            }
            #expect(sizes.reduce(0, +) <= limit)
            #expect(Self.isKept(Self.block(0, of: values[0]), in: cache))
            #expect(!Self.isKept(Self.block(0, of: values[1]), in: cache))
            #expect(Self.isKept(Self.block(1, of: "11"), in: cache))
            #expect(FileManager.default.fileExists(atPath: other))
        }
    }

    @Test func `a folder that is deleted or cannot be written to keeps nothing, and nothing fails`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let folder = directory.appending(path: "cache")
            let cache = try DiskCache(folder: folder.path, byteLimit: 1 << 30)
            try FileManager.default.removeItem(at: folder)
            Self.keep(Self.block(1), in: cache)
            #expect(cache.bytes(of: Self.block(1)) == nil)
            try Data("a file".utf8).write(to: folder)
            Self.keep(Self.block(1), in: cache)
            #expect(cache.bytes(of: Self.block(1)) == nil)
            #expect(throws: SystemError.self) { try DiskCache(folder: "\(folder.path)/below", byteLimit: 1) }
        }
    }

    @Test func `threads of several caches keep and read the same blocks while they are removed`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let caches = try (0..<2).map { _ in
                try DiskCache(folder: directory.path, byteLimit: 5 * DiskBlock.byteCount)
            }
            Parallel.forEach(count: 400, threads: 8) { turn in
                let block = Self.block(UInt64(turn % 10))
                Self.keep(block, in: caches[turn % 2])
                if let bytes = caches[1 - turn % 2].bytes(of: block) {
                    let isRight = bytes.bytes.elementsEqual(Self.bytes(block))
                    #expect(isRight)
                }
            }
        }
    }
}
