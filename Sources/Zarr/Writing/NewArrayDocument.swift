/// What is written to the zarr.json of an array.
struct NewArrayDocument<Attributes: Encodable>: Encodable {
    let plan: ArrayPlan
    let grid: WrittenGrid
    let attributes: Attributes

    private enum Field: String, CodingKey {
        case format = "zarr_format"
        case nodeType = "node_type"
        case shape
        case dataType = "data_type"
        case chunkGrid = "chunk_grid"
        case keyEncoding = "chunk_key_encoding"
        case fillValue = "fill_value"
        case codecs, attributes
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Field.self)
        try fields.encode(3, forKey: .format)
        try fields.encode("array", forKey: .nodeType)
        try fields.encode([grid.rowCount] + plan.rowShape, forKey: .shape)
        try fields.encode(plan.dataType.name, forKey: .dataType)
        try fields.encode(
            NamedConfiguration("regular", ["chunk_shape": chunkShape(rows: outerRows)]), forKey: .chunkGrid)
        try fields.encode(NamedConfiguration("default", ["separator": "/"]), forKey: .keyEncoding)
        try fields.encode(0, forKey: .fillValue)
        var codecs = fields.nestedUnkeyedContainer(forKey: .codecs)
        if grid.chunksPerShard != nil {
            try codecs.encode(NamedConfiguration("sharding_indexed", Sharding(document: self)))
        } else {
            try encodeChunkCodecs(to: &codecs)
        }
        try fields.encode(attributes, forKey: .attributes)
    }

    /// Rows of the chunk or shard that is kept under one key.
    private var outerRows: Int { grid.chunkRows * (grid.chunksPerShard ?? 1) }

    private func chunkShape(rows: Int) -> [Int] { [rows] + plan.rowShape }

    private func encodeChunkCodecs(to codecs: inout some UnkeyedEncodingContainer) throws {
        // Single bytes have no order.
        if plan.dataType.itemSize == 1 { try codecs.encode(["name": "bytes"]) } else { try codecs.encode(Self.bytes) }
        for codec in plan.compression { try codecs.encode(codec) }
    }

    private static var bytes: NamedConfiguration<[String: String]> { NamedConfiguration("bytes", ["endian": "little"]) }

    private struct Sharding: Encodable {
        let document: NewArrayDocument

        private enum Field: String, CodingKey {
            case chunkShape = "chunk_shape"
            case codecs
            case indexCodecs = "index_codecs"
            case indexLocation = "index_location"
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: Field.self)
            try fields.encode(document.chunkShape(rows: document.grid.chunkRows), forKey: .chunkShape)
            var codecs = fields.nestedUnkeyedContainer(forKey: .codecs)
            try document.encodeChunkCodecs(to: &codecs)
            var indexCodecs = fields.nestedUnkeyedContainer(forKey: .indexCodecs)
            try indexCodecs.encode(bytes)
            try indexCodecs.encode(Compression.crc32c)
            try fields.encode("end", forKey: .indexLocation)
        }
    }
}
