/// A codec in a document, not yet checked against the array.
enum CodecDocument: Decodable, Sendable {
    /// How a codec in a document orders the bytes of a number.
    enum Endian: String, Decodable {
        case little, big
    }

    case bytes(Endian?)
    case transpose(order: [Int])
    case gzip
    case zstd
    case blosc
    case crc32c
    indirect case sharding(ShardingDocument)
    case unknown(name: String, isIgnorable: Bool)

    init(from decoder: any Decoder) throws {
        let codec = try ExtensionFields(decoder, what: "a codec")
        let configuration = codec.configuration
        func allow(_ known: [String]) throws {
            try configuration.refuseUnknown(besides: known, in: "codec \"\(codec.name)\"")
        }
        switch codec.name {
        case "bytes":
            try allow(["endian"])
            self = .bytes(try configuration.valueIfPresent("endian"))
        case "transpose":
            try allow(["order"])
            self = .transpose(order: try configuration.value("order"))
        case "gzip":
            try allow(["level"])
            self = .gzip
        case "zstd":
            try allow(["level", "checksum"])
            self = .zstd
        case "blosc":
            try allow(["cname", "clevel", "shuffle", "typesize", "blocksize"])
            self = .blosc
        case "crc32c":
            try allow([])
            self = .crc32c
        case "sharding_indexed":
            try allow(["chunk_shape", "codecs", "index_codecs", "index_location"])
            self = .sharding(try ShardingDocument(configuration))
        default:
            self = .unknown(name: codec.name, isIgnorable: codec.isIgnorable)
        }
    }
}

/// The codec `sharding_indexed` in a document.
struct ShardingDocument {
    /// Where in a shard its index is.
    enum IndexLocation: String, Decodable {
        case start, end
    }

    let chunkShape: [UInt64]
    let codecs: [CodecDocument]
    let indexCodecs: [CodecDocument]
    let indexLocation: IndexLocation

    init(_ configuration: DocumentFields) throws {
        chunkShape = try configuration.value("chunk_shape")
        codecs = try configuration.value("codecs")
        indexCodecs = try configuration.value("index_codecs")
        indexLocation = try configuration.valueIfPresent("index_location") ?? .end
    }
}
