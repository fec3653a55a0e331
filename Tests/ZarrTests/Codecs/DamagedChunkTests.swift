import CBlosc
import CZlib
import CZstd
import Support
import Testing

@testable import Zarr

/// Chunks and shards that are not what the array's document says: each is an error, never data and never a crash.
struct DamagedChunkTests {
    /// What is thrown when the 8 bytes of an array with `codecs` are read whose only chunk is `chunk`.
    private func error(_ codecs: String, _ chunk: [UInt8]) -> ZarrError? {
        do {
            let store = MemoryStore(document: Documents.array(chunks: "[8]", codecs: codecs), ["c/0": chunk])
            _ = try ZarrArray.root(of: store).readAll()
            return nil
        } catch {
            return error as? ZarrError
        }
    }

    private func read(_ codecs: String, _ chunk: [UInt8]) throws -> [UInt8] {
        try ZarrArray.root(
            of: MemoryStore(document: Documents.array(chunks: "[8]", codecs: codecs), ["c/0": chunk])
        ).readAll()
    }

    private static let data: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

    @Test func `a chunk of another length is an error that names its key`() {
        for count in [0, 1, 7, 9, 100] {
            let error = error(#"["bytes"]"#, [UInt8](repeating: 1, count: count))
            #expect(error?.kind == .damagedChunk)
            #expect(error?.description == "/c/0: holds \(count) bytes instead of 8")
        }
    }

    @Test(arguments: ["zstd", "gzip", "blosc", "crc32c"])
    func `a chunk that decodes to more or less is an error`(codec: String) throws {
        let codecs = #"["bytes","\#(codec)"]"#
        #expect(try read(codecs, Self.encode(codec, Self.data)) == Self.data)
        for count in [0, 7, 9, 100_000] {
            let chunk = Self.encode(codec, [UInt8](repeating: 7, count: count))
            #expect(error(codecs, chunk)?.kind == .damagedChunk, "\(count)")
        }
        let whole = Self.encode(codec, Self.data)
        for count in 0..<whole.count {
            #expect(error(codecs, Array(whole[..<count]))?.kind == .damagedChunk, "cut to \(count)")
        }
        #expect(error(codecs, [UInt8](repeating: 0xFF, count: 64))?.kind == .damagedChunk)
    }

    @Test(arguments: ["zstd", "gzip"])
    func `a chunk of several frames or members reads as all of them`(codec: String) throws {
        let chunk =
            Self.encode(codec, Array(Self.data[..<3])) + Self.encode(codec, [])
            + Self.encode(codec, Array(Self.data[3...]))
        #expect(try read(#"["bytes","\#(codec)"]"#, chunk) == Self.data)
    }

    @Test(arguments: ["zstd", "gzip", "blosc"])
    func `what unpacks to a thousand times more than the chunk can hold is refused, in any order of codecs`(
        codec: String
    ) {
        let bomb = Self.encode(codec, [UInt8](repeating: 0, count: 64 << 20))
        for outer in ["zstd", "gzip", "blosc", "crc32c"] {
            #expect(error(#"["bytes","\#(outer)","\#(codec)"]"#, bomb)?.kind == .damagedChunk, "\(outer)")
        }
        #expect(error(#"["bytes","\#(codec)"]"#, bomb)?.kind == .damagedChunk)
    }

    @Test func `a zstd frame that lies about its content size is an error`() {
        var chunk = Self.encode("zstd", Self.data)
        // A single-segment frame header: the content size is the byte after the descriptor.
        #expect(chunk[5] == 8)
        for size in [UInt8(0), 7, 9, 255] {
            chunk[5] = size
            #expect(error(#"["bytes","zstd"]"#, chunk)?.kind == .damagedChunk)
        }
    }

    @Test func `a blosc header that lies about its sizes is an error`() {
        let chunk = Self.encode("blosc", Self.data)
        for field in [4, 8, 12] {
            for value in [UInt32(0), 1, 9, 1 << 20, 1 << 31 - 1, .max] {
                var lying = chunk
                lying.replaceSubrange(field..<field + 4, with: Documents.littleEndian(value))
                guard lying != chunk else { continue }
                let read = try? read(#"["bytes","blosc"]"#, lying)
                #expect(read == nil || read == Self.data, "field \(field), \(value)")
            }
        }
    }

    @Test func `a checksum that does not match is an error, whichever bit is wrong`() {
        let chunk = Self.encode("crc32c", Self.data)
        for bit in 0..<chunk.count * 8 {
            var wrong = chunk
            wrong[bit / 8] ^= 1 << (bit % 8)
            #expect(error(#"["bytes","crc32c"]"#, wrong)?.description.contains("checksum does not match") == true)
        }
    }

    private static let impossibleEntries: [(UInt64, UInt64)] = [
        (0, 0), (0, 3), (0, 5), (41, 4), (100, 4), (.max, 4), (0, .max), (.max, 0), (.max - 1, 2), (1 << 63, 1 << 63),
        (1 << 62, 4),
    ]

    @Test(arguments: impossibleEntries)
    func `an index entry that no shard can have is an error for that chunk alone`(offset: UInt64, count: UInt64) throws
    {
        let first = Array(Self.data[..<4])
        for (codecs, content) in [(#"["bytes"]"#, first), (#"["bytes","crc32c"]"#, Self.encode("crc32c", first))] {
            let document = Documents.array(
                chunks: "[8]", codecs: "[\(Documents.sharding("[4]", codecs: codecs))]")
            let shard = Documents.shard(content, [(0, UInt64(content.count)), (offset, count)])
            let array = try ZarrArray.root(of: MemoryStore(document: document, ["c/0": shard]))
            #expect(try array.read(bytes: 0..<4) == first)
            let error = #expect(throws: ZarrError.self) { try array.read(bytes: 4..<8) }
            #expect(error?.kind == .damagedChunk)
            #expect(error?.path == "c/0")
        }
    }

    @Test func `a shard too short for its index, or with a wrong index, is an error`() {
        let codecs = "[\(Documents.sharding("[4]"))]"
        let shard = Documents.shard(Self.data, [(0, 4), (4, 4)])
        #expect(error(codecs, shard) == nil)
        for count in 0..<36 { #expect(error(codecs, Array(shard[..<count]))?.kind == .damagedChunk) }
        for byte in 8..<shard.count {
            var wrong = shard
            wrong[byte] ^= 0x10
            #expect(error(codecs, wrong)?.description.contains("checksum does not match") == true)
        }
    }

    @Test func `an index too large for any shard is refused before memory is taken for it`() {
        let document = Documents.array(
            shape: "[1099511627776]", chunks: "[1099511627776]", codecs: "[\(Documents.sharding("[1048576]"))]")
        let store = MemoryStore(document: document, ["c/0": [1, 2, 3]])
        let error = #expect(throws: ZarrError.self) { try ZarrArray.root(of: store).read(bytes: 0..<1) }
        #expect(error?.description == "/c/0: 3 bytes are too few for an index of 16777220")
    }

    /// `data` as `codec` encodes it.
    private static func encode(_ codec: String, _ data: [UInt8]) -> [UInt8] {
        switch codec {
        case "zstd":
            var encoded = [UInt8](repeating: 0, count: ZSTD_compressBound(data.count))
            let count = ZSTD_compress(&encoded, encoded.count, data, data.count, 1)
            return Array(encoded[..<count])
        case "blosc":
            var encoded = [UInt8](repeating: 0, count: data.count + Int(BLOSC_MAX_OVERHEAD))
            let count = blosc_compress_ctx(
                5, 1, 1, data.count, data, &encoded, encoded.count, "lz4", 0, 1)
            return Array(encoded[..<Int(count)])
        case "gzip":
            var stream = z_stream()
            deflateInit2_(
                &stream, 6, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)
            )
            defer { deflateEnd(&stream) }
            var input = data
            var encoded = [UInt8](repeating: 0, count: data.count + 1000)
            let left = input.withUnsafeMutableBufferPointer { input in
                encoded.withUnsafeMutableBufferPointer { output in
                    stream.next_in = input.baseAddress
                    stream.avail_in = UInt32(input.count)
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    deflate(&stream, Z_FINISH)
                    return Int(stream.avail_out)
                }
            }
            return Array(encoded[..<(encoded.count - left)])
        default:
            return data + Documents.littleEndian(Documents.checksum(data))
        }
    }
}
