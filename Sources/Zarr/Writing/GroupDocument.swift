import FoundationEssentials

/// What is written to the zarr.json of a group.
struct GroupDocument<Attributes: Encodable>: Encodable {
    let attributes: Attributes

    private enum CodingKeys: String, CodingKey {
        case format = "zarr_format"
        case nodeType = "node_type"
        case attributes
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(3, forKey: .format)
        try fields.encode("group", forKey: .nodeType)
        try fields.encode(attributes, forKey: .attributes)
    }
}
