/// A codec that turns the bytes of a chunk into other bytes, with its settings.
public enum Compression: Sendable, Hashable {
    /// How `blosc` orders bytes or bits before it compresses them.
    public enum Shuffle: String, Sendable, Encodable {
        case none = "noshuffle"
        case bytes = "shuffle"
        case bits = "bitshuffle"
    }

    /// The compressor within `blosc`.
    public enum BloscCompressor: String, Sendable, Encodable {
        case lz4hc, zstd
    }

    /// `zstd` at a level from 1 to 22.
    case zstd(level: Int)
    /// `gzip` at a level from 0 to 9.
    case gzip(level: Int)
    /// `blosc` at a level from 0 to 9; `itemSize` is how many bytes belong together for the shuffle.
    case blosc(BloscCompressor, level: Int, shuffle: Shuffle, itemSize: Int)
    /// `crc32c`, a checksum.
    case crc32c

    /// The largest item that blosc shuffles, in bytes.
    static let maximumItemSize = 255

    /// Encodes `bytes`.
    func encode(_ bytes: [UInt8]) throws(CodecError) -> [UInt8] {
        switch self {
        case .zstd(let level): try ZstdCodec().encode(bytes, level: level)
        case .gzip(let level): try GzipCodec().encode(bytes, level: level)
        case .blosc(let compressor, let level, let shuffle, let itemSize):
            try BloscCodec().encode(bytes, compressor, level: level, shuffle, itemSize: itemSize)
        case .crc32c: Crc32cCodec().encode(bytes)
        }
    }

    /// Whether the settings are in the codec's range.
    var isValid: Bool {
        switch self {
        case .zstd(let level): (1...22).contains(level)
        case .gzip(let level): (0...9).contains(level)
        case .blosc(_, let level, _, let itemSize):
            (0...9).contains(level) && (1...Self.maximumItemSize).contains(itemSize)
        case .crc32c: true
        }
    }
}

extension Compression: Encodable {
    private struct Zstd: Encodable {
        let level: Int
        let checksum: Bool
    }

    private struct Blosc: Encodable {
        let cname: BloscCompressor
        let clevel: Int
        let shuffle: Shuffle
        let typesize: Int
        let blocksize: Int
    }

    /// Writes the codec as a zarr.json has it.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .zstd(let level):
            try NamedConfiguration(ZstdCodec.name, Zstd(level: level, checksum: false)).encode(to: encoder)
        case .gzip(let level):
            try NamedConfiguration(GzipCodec.name, ["level": level]).encode(to: encoder)
        case .blosc(let compressor, let level, let shuffle, let itemSize):
            let blosc = Blosc(cname: compressor, clevel: level, shuffle: shuffle, typesize: itemSize, blocksize: 0)
            try NamedConfiguration(BloscCodec.name, blosc).encode(to: encoder)
        case .crc32c:
            try ["name": Crc32cCodec.name].encode(to: encoder)
        }
    }
}
