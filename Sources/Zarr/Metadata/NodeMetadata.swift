/// The metadata of a node, from its zarr.json.
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
            // zarr-python writes null if it made no consolidated metadata. They are never used, since they go stale.
            try fields.refuseUnknown(besides: Self.commonFields + ["consolidated_metadata"], in: "the group")
            self = .group
        case "array":
            self = .array(try ArrayDocument(fields))
        case let type:
            throw DocumentProblem(.invalidDocument, "node_type \"\(type)\" is neither group nor array")
        }
    }
}
