/// The metadata of a node, as its zarr.json says it.
enum NodeMetadata: Decodable, Sendable {
    case group
    case array(ArrayDocument)

    /// The fields that all nodes have.
    static let commonFields = ["zarr_format", "node_type", "attributes"]

    init(from decoder: any Decoder) throws {
        try self.init(DocumentFields(decoder))
    }

    /// Reads the members of the document.
    init(_ fields: DocumentFields) throws {
        let format = try fields.value("zarr_format", as: Int.self)
        guard format == 3 else {
            throw DocumentProblem(.unsupported, "zarr_format \(format) is not supported, only 3 is")
        }
        switch try fields.value("node_type", as: String.self) {
        case "group":
            // Consolidated metadata is null where zarr-python made none, and never used: it goes stale.
            try fields.refuseUnknown(besides: Self.commonFields + ["consolidated_metadata"], in: "the group")
            self = .group
        case "array":
            self = .array(try ArrayDocument(fields))
        case let type:
            throw DocumentProblem(.invalidDocument, "node_type \"\(type)\" is neither group nor array")
        }
    }
}
