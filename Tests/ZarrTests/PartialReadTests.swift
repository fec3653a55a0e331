import Support
import Testing

@testable import Zarr

/// What is read from the store to answer a read.
struct PartialReadTests {
    /// The elements of a one-dimensional uint8 array: element i is i modulo 251.
    private static let values = (0..<4096).map { UInt8($0 % 251) }

    private typealias Read = CountingStore.Read

    /// An array whose store has `chunks`, opened; what opening it read is not counted.
    private func open(_ document: String, _ chunks: [String: [UInt8]]) throws -> (ZarrArray, CountingStore) {
        let store = CountingStore(MemoryStore(document: document, chunks))
        let array = try ZarrArray.root(of: store)
        _ = store.takeReads()
        return (array, store)
    }

    @Test func `of an uncompressed chunk only the bytes asked for are read, in one read`() throws {
        let (array, store) = try open(
            Documents.array(shape: "[4096]", chunks: "[2048]"),
            ["c/0": Array(Self.values[..<2048]), "c/1": Array(Self.values[2048...])])
        #expect(try array.read(bytes: 100..<110) == Array(Self.values[100..<110]))
        #expect(store.takeReads() == [Read(key: "c/0", range: 100..<110)])
        #expect(try array.read(bytes: 2040..<2050) == Array(Self.values[2040..<2050]))
        #expect(store.takeReads() == [Read(key: "c/0", range: 2040..<2048), Read(key: "c/1", range: 0..<2)])
        #expect(try array.read(bytes: 7..<7).isEmpty)
        #expect(store.takeReads().isEmpty)
    }

    @Test(arguments: ["start", "end"])
    func `of a shard the index is read once, exactly, and of inner chunks only the bytes asked for`(
        location: String
    ) throws {
        let chunks: UInt64 = 4
        let indexSize = 16 * chunks + 4
        let first = location == "start" ? indexSize : 0
        // In another order than the grid's, and with a gap.
        let entries = [(first + 2048, 1024), (first, 1024), (UInt64.max, UInt64.max), (first + 3100, 1024)]
            .map { (offset: $0.0, count: UInt64($0.1)) }
        var content = [UInt8](repeating: 0xEE, count: 3100 + 1024)
        content.replaceSubrange(2048..<3072, with: Self.values[..<1024])
        content.replaceSubrange(0..<1024, with: Self.values[1024..<2048])
        content.replaceSubrange(3100..<4124, with: Self.values[3072...])
        let shard = Documents.shard([], entries)
        let (array, store) = try open(
            Documents.array(
                shape: "[4096]", chunks: "[4096]", codecs: "[\(Documents.sharding("[1024]", location: location))]",
                fill: "9"),
            ["c/0": location == "start" ? shard + content : content + shard])
        let index =
            location == "start"
            ? Read(key: "c/0", range: 0..<indexSize) : Read(key: "c/0", range: 4124..<4124 + indexSize)

        #expect(try array.read(bytes: 5..<25) == Array(Self.values[5..<25]))
        #expect(store.takeReads() == [index, Read(key: "c/0", range: first + 2053..<first + 2073)])
        #expect(try array.read(bytes: 1020..<1030) == Array(Self.values[1020..<1030]))
        #expect(
            store.takeReads() == [
                Read(key: "c/0", range: first + 3068..<first + 3072), Read(key: "c/0", range: first..<first + 6),
            ])
        #expect(try array.read(bytes: 2048..<3072) == [UInt8](repeating: 9, count: 1024))
        #expect(store.takeReads().isEmpty)
        #expect(try array.read(bytes: 4095..<4096) == Array(Self.values[4095...]))
        #expect(store.takeReads() == [Read(key: "c/0", range: first + 4123..<first + 4124)])
    }

    @Test func `shards in shards are read in part as well`() throws {
        let inner = Documents.sharding("[512]")
        let codecs = "[\(Documents.sharding("[2048]", codecs: "[\(inner)]"))]"
        let entries = (0..<4).map { (offset: UInt64($0) * 512, count: UInt64(512)) }
        let halves = [Self.values[..<2048], Self.values[2048...]].map { Documents.shard(Array($0), entries) }
        let size = UInt64(halves[0].count)
        let shard = Documents.shard(halves[0] + halves[1], [(0, size), (size, size)])
        let (array, store) = try open(
            Documents.array(shape: "[4096]", chunks: "[4096]", codecs: codecs), ["c/0": shard])
        #expect(try array.read(bytes: 3000..<3010) == Array(Self.values[3000..<3010]))
        #expect(store.takeReads().map(\.range.count) == [2 * 16 + 4, 4 * 16 + 4, 10])
        #expect(try array.read(bytes: 0..<4096) == Self.values)
        #expect(store.takeReads().map(\.range.count) == [4 * 16 + 4, 2048, 2048])
    }

    /// A shard of `content`, cut into inner chunks of `size` bytes, in order and without gaps.
    private func shard(_ content: [UInt8], chunkSize size: Int) -> [UInt8] {
        let entries = stride(from: 0, to: content.count, by: size).map { (offset: UInt64($0), count: UInt64(size)) }
        return Documents.shard(content, entries)
    }

    @Test func `consecutive bytes of one shard are one read, however many inner chunks they lie in`() throws {
        let codecs = "[\(Documents.sharding("[512]"))]"
        let (array, store) = try open(
            Documents.array(shape: "[4096]", chunks: "[2048]", codecs: codecs),
            [
                "c/0": shard(Array(Self.values[..<2048]), chunkSize: 512),
                "c/1": shard(Array(Self.values[2048...]), chunkSize: 512),
            ])
        _ = try array.read(bytes: 2047..<2049)
        _ = store.takeReads()
        #expect(try array.read(bytes: 100..<2000) == Array(Self.values[100..<2000]))
        #expect(store.takeReads() == [Read(key: "c/0", range: 100..<2000)])
        #expect(try array.read(bytes: 500..<4000) == Array(Self.values[500..<4000]))
        #expect(store.takeReads() == [Read(key: "c/0", range: 500..<2048), Read(key: "c/1", range: 0..<1952)])
    }

    @Test func `inner chunks that are read together may be absent, elsewhere or out of order`() throws {
        // Chunks 0, 1, none, 3, 5, 4, 6, 7 lie one behind the other; 2 is empty.
        var content = Array(Self.values[..<1024]) + Array(Self.values[1536..<2048])
        content += Array(Self.values[2560..<3072]) + Array(Self.values[2048..<2560]) + Array(Self.values[3072...])
        let offsets: [UInt64?] = [0, 512, nil, 1024, 2048, 1536, 2560, 3072]
        let entries = offsets.map { (offset: $0 ?? .max, count: $0 == nil ? .max : UInt64(512)) }
        let (array, store) = try open(
            Documents.array(
                shape: "[4096]", chunks: "[4096]", codecs: "[\(Documents.sharding("[512]"))]", fill: "9"),
            ["c/0": Documents.shard(content, entries)])
        let expected = Self.values[..<1024] + [UInt8](repeating: 9, count: 512) + Self.values[1536...]
        #expect(try array.readAll() == Array(expected))
        #expect(
            store.takeReads().dropFirst().map(\.range) == [
                0..<1024, 1024..<1536, 2048..<2560, 1536..<2048, 2560..<3584,
            ])
    }

    @Test func `whole rows of a big-endian shard are one read, and columns of it are not`() throws {
        let chunk = (0..<64).flatMap { [UInt8(0), UInt8($0)] }
        let (array, store) = try open(
            Documents.array(
                shape: "[8,8]", type: #""uint16""#, chunks: "[8,8]",
                codecs: "[\(Documents.sharding("[2,8]", codecs: "[\(Documents.bigBytes)]"))]"),
            ["c/0/0": shard(chunk, chunkSize: 32)])
        #expect(try array.read(start: [1, 0], count: [6, 8]) == (8..<56).flatMap { [UInt8($0), 0] })
        #expect(store.takeReads().dropFirst() == [Read(key: "c/0/0", range: 16..<112)])
        #expect(try array.read(start: [1, 3], count: [3, 1]) == [11, 0, 19, 0, 27, 0])
        #expect(store.takeReads().map(\.range) == [22..<24, 38..<56])
    }

    @Test func `inner chunks that lie together but do not belong together are read apart`() throws {
        let matrix = Documents.array(
            shape: "[4,4]", chunks: "[4,4]", codecs: "[\(Documents.sharding("[2,2]"))]")
        let (array, store) = try open(matrix, ["c/0/0": shard(Array(0..<16), chunkSize: 4)])
        #expect(try array.readAll() == [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15])
        #expect(store.takeReads().dropFirst().count == 4)
    }

    @Test func `a chunk with a checksum is read whole, once, and kept`() throws {
        let chunk = Self.values + Documents.littleEndian(Documents.checksum(Self.values))
        let (array, store) = try open(
            Documents.array(shape: "[4096]", chunks: "[4096]", codecs: #"["bytes","crc32c"]"#), ["c/0": chunk])
        for first in stride(from: UInt64(0), to: 4000, by: 500) {
            #expect(try array.read(bytes: first..<first + 10) == Array(Self.values[Int(first)..<Int(first) + 10]))
        }
        #expect(store.takeReads() == [Read(key: "c/0", range: 0..<4100)])
    }

    @Test func `many threads that want a compressed chunk decode it once`() throws {
        let chunk = Self.values + Documents.littleEndian(Documents.checksum(Self.values))
        let (array, store) = try open(
            Documents.array(shape: "[4096]", chunks: "[4096]", codecs: #"["bytes","crc32c"]"#), ["c/0": chunk])
        Parallel.forEach(count: 64, threads: 8) { index in
            let first = UInt64(index) * 60
            let read = try? array.read(bytes: first..<first + 60)
            #expect(read == Array(Self.values[Int(first)..<Int(first) + 60]))
        }
        #expect(store.takeReads().count == 1)
    }

    @Test func `rows of a big-endian chunk are read alone, and their bytes reversed`() throws {
        let chunk = (0..<64).flatMap { [UInt8(0), UInt8($0)] }
        let (array, store) = try open(
            Documents.array(
                shape: "[8,8]", type: #""uint16""#, chunks: "[8,8]", codecs: "[\(Documents.bigBytes)]"),
            ["c/0/0": chunk])
        #expect(try array.read(start: [3, 0], count: [2, 8]) == (24..<40).flatMap { [UInt8($0), 0] })
        #expect(store.takeReads() == [Read(key: "c/0/0", range: 48..<80)])
    }

    @Test func `columns with small gaps between them are fetched together, rows far apart alone`() throws {
        let (narrow, narrowStore) = try open(
            Documents.array(shape: "[1024,4]", chunks: "[1024,4]"), ["c/0/0": Self.values])
        let column = stride(from: 1, to: 4096, by: 4).map { Self.values[$0] }
        #expect(try narrow.read(start: [0, 1], count: [1024, 1]) == column)
        #expect(narrowStore.takeReads() == [Read(key: "c/0/0", range: 1..<4094)])

        let wide = (0..<3 * 8192).map { UInt8($0 % 251) }
        let (array, store) = try open(Documents.array(shape: "[3,8192]", chunks: "[3,8192]"), ["c/0/0": wide])
        let expected = [10, 8202, 16394].flatMap { wide[$0..<$0 + 4] }
        #expect(try array.read(start: [0, 10], count: [3, 4]) == expected)
        #expect(store.takeReads().map(\.range) == [10..<14, 8202..<8206, 16394..<16398])
    }

    @Test func `what is fetched together has a bound`() throws {
        let count = 3 << 20
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }
        let (array, store) = try open(
            Documents.array(shape: "[\(count / 2),2]", chunks: "[\(count / 2),2]"), ["c/0/0": bytes])
        let column = try array.read(start: [0, 1], count: [UInt64(count / 2), 1])
        #expect(column == stride(from: 1, to: count, by: 2).map { bytes[$0] })
        let reads = store.takeReads()
        #expect(reads.count >= 3)
        #expect(reads.allSatisfy { $0.range.count <= 1 << 20 })
    }

    @Test func `an array of 5 GiB without chunks reads as its fill value anywhere, and nothing is read for it`() throws
    {
        let size: UInt64 = 5 << 30
        for (chunks, codecs) in [
            ("[\(size)]", "[\(Documents.bytes)]"), ("[1048576]", #"["bytes","zstd"]"#),
            ("[67108864]", "[\(Documents.sharding("[1048576]"))]"),
        ] {
            let (array, store) = try open(
                Documents.array(shape: "[\(size)]", chunks: chunks, codecs: codecs, fill: "3"), [:])
            #expect(array.byteCount == size)
            for first in [0, size / 2 - 3, size - 1000] {
                #expect(try array.read(bytes: first..<first + 1000) == [UInt8](repeating: 3, count: 1000))
            }
            #expect(store.takeReads().isEmpty)
        }
    }

    @Test func `a read beyond the array is refused`() throws {
        let (array, _) = try open(Documents.array(shape: "[8]", chunks: "[4]"), [:])
        for range in [0..<9, 9..<9, 8..<9, UInt64.max - 1..<UInt64.max] {
            let error = #expect(throws: ZarrError.self) { try array.read(bytes: range) }
            #expect(error?.kind == .invalidRequest)
        }
        for (start, count) in [([0], [9]), ([UInt64.max], [1]), ([1], [UInt64.max]), ([], []), ([0, 0], [1, 1])] {
            var byte: [UInt8] = [0]
            let error = #expect(throws: ZarrError.self) {
                try byte.withUnsafeMutableBytes { try array.read(start: start, count: count, into: $0) }
            }
            #expect(error?.kind == .invalidRequest)
        }
        var small: [UInt8] = [0]
        #expect(throws: ZarrError.self) { try small.withUnsafeMutableBytes { try array.read(bytes: 0..<2, into: $0) } }
        let (matrix, _) = try open(Documents.array(shape: "[8,1]", chunks: "[4,1]"), [:])
        #expect(throws: ZarrError.self) { try matrix.read(bytes: 0..<1) }
    }
}
