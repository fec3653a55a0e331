import Foundation
import TestSupport
import Testing

@testable import Zarr

/// Arrays that zarr-python wrote, one for each combination of data types, codecs and shards: `scripts/make_zarr_grid.py` makes
/// them.
struct GoldenGridTests {
    struct Fixture: Decodable {
        struct Case: Decodable {
            let name: String
            let expected: String
            let files: [String: String]
        }

        let expected: [String: Data]
        let cases: [Case]

        static let grid = Result {
            let bytes = try Data(contentsOf: TestFiles.fixtures.appending(path: "zarr-grid.json"))
            return try JSONDecoder().decode(Fixture.self, from: bytes)
        }
    }

    /// An array of the grid, and what it must read as.
    struct GoldenArray {
        let name: String
        let store: MemoryStore
        let expected: [UInt8]
    }

    static func arrays() throws -> [GoldenArray] {
        let fixture = try Fixture.grid.get()
        return try fixture.cases.map { item in
            let files = try item.files.map { key, text in
                (key, key == "zarr.json" ? Array(text.utf8) : Array(try #require(Data(base64Encoded: text))))
            }
            return GoldenArray(
                name: item.name, store: MemoryStore(Dictionary(uniqueKeysWithValues: files)),
                expected: Array(try #require(fixture.expected[item.expected])))
        }
    }

    @Test func `the grid has more than 200 arrays`() throws {
        #expect(try Self.arrays().count > 200)
    }

    @Test func `every array reads as zarr-python wrote it`() throws {
        for golden in try Self.arrays() {
            let read = Result { try ZarrArray.root(of: golden.store).readAll() }
            #expect(throws: Never.self, "\(golden.name)") { try read.get() }
            #expect((try? read.get()) == golden.expected, "\(golden.name)")
        }
    }

    @Test func `every region of every array reads as that part of the whole`() throws {
        for golden in try Self.arrays() {
            let array = try ZarrArray.root(of: golden.store)
            for (start, count) in regions(of: array.shape) {
                let expected = region(
                    of: golden.expected, shape: array.shape, itemSize: array.dataType.itemSize, start: start,
                    count: count)
                let bytes = try array.read(start: start, count: count)
                #expect(bytes == expected, "\(golden.name), \(count) from \(start)")
            }
        }
    }

    @Test func `arrays read the same if nothing is cached`() throws {
        for golden in try Self.arrays() {
            let array = try ZarrArray.root(of: golden.store, cacheBudget: 0)
            #expect(try array.readAll() == golden.expected, "\(golden.name)")
            #expect(try array.readAll() == golden.expected, "\(golden.name)")
        }
    }

    /// Some regions of `shape`: single elements, lines, boxes across chunk borders, empty ones.
    private func regions(of shape: [UInt64]) -> [(start: [UInt64], count: [UInt64])] {
        var generator = RepeatableRandom(seed: 7)
        return (0..<12).map { _ in
            var start: [UInt64] = []
            var count: [UInt64] = []
            for length in shape {
                let bounds = [generator.next() % (length + 1), generator.next() % (length + 1)].sorted()
                start.append(bounds[0])
                count.append(bounds[1] - bounds[0])
            }
            return (start, count)
        }
    }
}
