/// The codecs of a chain by kind: from array to array, the one from array to bytes, and from bytes to bytes.
struct CodecChainParts {
    /// The codec that turns an array into bytes.
    enum Serializer {
        case bytes(CodecDocument.Endian?)
        case sharding(ShardingDocument)
    }

    private(set) var transposeOrders: [[Int]] = []
    let serializer: Serializer
    private(set) var compressors: [any BytesToBytesCodec] = []

    /// Sorts `documents` by kind, and refuses codecs that are not supported or not in order.
    init(_ documents: [CodecDocument], path: String) throws(ZarrError) {
        var found: Serializer?
        func invalid(_ problem: String) -> ZarrError { ZarrError(.invalidDocument, problem, path: path) }
        func setSerializer(_ serializer: Serializer) throws(ZarrError) {
            guard found == nil else { throw invalid("two codecs turn the array into bytes, there must be one") }
            found = serializer
        }
        for document in documents {
            switch document {
            case .transpose(let order):
                guard found == nil else { throw invalid("codec \"transpose\" comes after the array became bytes") }
                transposeOrders.append(order)
            case .bytes(let endian): try setSerializer(.bytes(endian))
            case .sharding(let sharding): try setSerializer(.sharding(sharding))
            case .gzip: compressors.append(GzipCodec())
            case .zstd: compressors.append(ZstdCodec())
            case .blosc: compressors.append(BloscCodec())
            case .crc32c: compressors.append(Crc32cCodec())
            case .unknown(_, isIgnorable: true): break
            case .unknown(let name, isIgnorable: false):
                throw ZarrError(.unsupported, "codec \"\(name)\" is not supported", path: path)
            }
            if found == nil, let compressor = compressors.first {
                throw invalid("codec \"\(type(of: compressor).name)\" comes before the array became bytes")
            }
        }
        guard let found else { throw invalid("no codec turns the array into bytes") }
        serializer = found
    }
}
