/// The contents of the zarr.json of an array, not validated yet.
struct ArrayDocument: Sendable {
    private(set) var shape: [UInt64]
    let dataType: DataType
    let chunkShape: [UInt64]
    let keyEncoding: ChunkKeyEncoding
    let fillValue: FillValue
    let codecs: [CodecDocument]
    let dimensionNames: [String?]?

    private static let known =
        NodeMetadata.commonFields + [
            "shape", "data_type", "chunk_grid", "chunk_key_encoding", "fill_value", "codecs", "storage_transformers",
            "dimension_names",
        ]

    /// Reads the members of the document.
    init(_ fields: DocumentFields) throws {
        try fields.refuseUnknown(besides: Self.known, in: "the array")
        shape = try fields.value("shape")

        let type = try fields.value("data_type") { try ExtensionFields($0, what: "the data type", usuallyShort: true) }
        try type.configuration.refuseUnknown(besides: [], in: "data type \"\(type.name)\"")
        guard let dataType = DataType(name: type.name) else {
            throw DocumentProblem(.unsupported, "data type \"\(type.name)\" is not supported")
        }
        self.dataType = dataType

        let grid = try fields.value("chunk_grid") { try ExtensionFields($0, what: "the chunk grid") }
        guard grid.name == "regular" else {
            throw DocumentProblem(.unsupported, "chunk grid \"\(grid.name)\" is not supported")
        }
        try grid.configuration.refuseUnknown(besides: ["chunk_shape"], in: "chunk grid \"regular\"")
        chunkShape = try grid.configuration.value("chunk_shape")

        keyEncoding = try fields.value("chunk_key_encoding")
        fillValue = try fields.value("fill_value") { try FillValue($0, dataType: dataType) }
        codecs = try fields.value("codecs")
        dimensionNames = try fields.valueIfPresent("dimension_names")

        let transformers = try fields.valueIfPresent("storage_transformers", as: [StorageTransformer].self) ?? []
        if let transformer = transformers.first(where: { !$0.isIgnorable }) {
            throw DocumentProblem(.unsupported, "storage transformer \"\(transformer.name)\" is not supported")
        }
    }

    /// The same with another `shape`.
    func replacing(shape: [UInt64]) -> ArrayDocument {
        var document = self
        document.shape = shape
        return document
    }

    /// A storage transformer. None is supported; what matters is whether it can be ignored.
    private struct StorageTransformer: Decodable {
        let name: String
        let isIgnorable: Bool

        init(from decoder: any Decoder) throws {
            let transformer = try ExtensionFields(decoder, what: "a storage transformer")
            name = transformer.name
            isIgnorable = transformer.isIgnorable
        }
    }
}
