import Testing

@testable import Zarr

/// Stores with wrong bytes in them: whatever the byte, a read ends with data or with an error.
struct CorruptionTests {
    /// Arrays of the grid, among them every kind of codec.
    private static func arrays() throws -> [GoldenGridTests.GoldenArray] {
        let names: Set = [
            "uint8 zstd", "int16 gzip", "float32 blosc", "int16 blosc lz4 bitshuffle", "int16 blosc blosclz shuffle",
            "int16 blosc zlib noshuffle", "int16 blosc zstd shuffle", "uint8 crc32c, gzip, zstd, crc32c",
            "uint8 blosc, gzip", "uint8 shards compressed as a whole", "uint8 sharded, index transposed",
            "uint8 zstd shards in shards", "uint8 shards in shards", "int32 sharded transpose, crc32c",
            "uint8 sharded zstd, index at start, big, no checksum", "uint8 zstd with checksum",
        ]
        let arrays = try GoldenGridTests.arrays().filter { names.contains($0.name) }
        #expect(arrays.count == names.count)
        return arrays
    }

    /// Reads all of the array in `store`; nil if that fails.
    private func read(_ store: MemoryStore) -> [UInt8]? {
        guard let array = try? ZarrArray.root(of: store, cacheBudget: 0), array.byteCount < 1 << 20 else { return nil }
        return try? array.readAll()
    }

    @Test func `a wrong byte anywhere in a chunk gives data or an error`() throws {
        for golden in try Self.arrays() {
            for key in golden.store.keys where key != "zarr.json" {
                let value = try #require(golden.store[key])
                for place in value.indices {
                    for wrong in [value[place] ^ 0x01, value[place] ^ 0x80, 0, 0xFF] {
                        golden.store[key]?[place] = wrong
                        if let bytes = read(golden.store) { #expect(bytes.count == golden.expected.count) }
                    }
                    golden.store[key] = value
                }
            }
            #expect(read(golden.store) == golden.expected, "\(golden.name)")
        }
    }

    @Test func `a chunk that is cut short or has more bytes behind it gives data or an error`() throws {
        for golden in try Self.arrays() {
            for key in golden.store.keys where key != "zarr.json" {
                let value = try #require(golden.store[key])
                for changed in value.indices.map({ Array(value[..<$0]) }) + [value + value] {
                    golden.store[key] = changed
                    if let bytes = read(golden.store) { #expect(bytes == golden.expected, "\(golden.name)") }
                }
                golden.store[key] = value
            }
            #expect(read(golden.store) == golden.expected, "\(golden.name)")
        }
    }

    @Test func `a wrong byte anywhere in a document gives data or an error`() throws {
        for golden in try Self.arrays() {
            let value = try #require(golden.store["zarr.json"])
            var refused = 0
            for place in value.indices {
                for wrong in [value[place] ^ 0x01, UInt8(ascii: "9")] {
                    golden.store["zarr.json"]?[place] = wrong
                    if read(golden.store) == nil { refused += 1 }
                }
                golden.store["zarr.json"] = value
            }
            #expect(refused > value.count, "\(golden.name)")
            #expect(read(golden.store) == golden.expected, "\(golden.name)")
        }
    }

    @Test func `a wrong byte that a checksum covers is an error`() throws {
        for golden in try Self.arrays() where golden.name == "uint8 crc32c, gzip, zstd, crc32c" {
            for key in golden.store.keys where key != "zarr.json" {
                let value = try #require(golden.store[key])
                for place in value.indices {
                    golden.store[key]?[place] ^= 0x04
                    #expect(read(golden.store) == nil)
                    golden.store[key] = value
                }
            }
            #expect(golden.store.keys.count > 1)
        }
    }
}
