import FoundationEssentials
import Support

/// The document of a node that is copied: its bytes, and what has to be known of it. Arrays and attributes may be anything.
struct CopiedDocument {
    /// Whether the node is copied as a whole, or those in it one by one.
    enum Kind: Equatable {
        /// An array, or a group that appears as a whole.
        case whole
        /// A group whose nodes are copied one by one.
        case group
    }

    let kind: Kind
    let bytes: Block
    /// The bytes, with `null` for consolidated metadata, which name the nodes below as they were once.
    let plain: [UInt8]
    /// The paths below the node that its consolidated metadata have; nil if it has none.
    let consolidatedPaths: [String]?

    private static let byteCountLimit = 64 << 20

    /// Reads the document of the node at `path` of `store`; nil if there is none. Groups whose attribute `type` is `wholeType` are copied as a
    /// whole.
    init?(_ store: any Store, path: String, wholeType: String) throws(StoreError) {
        let key = path.isEmpty ? "zarr.json" : "\(path)/zarr.json"
        guard let document = try store.get(key, .whole(atMost: Self.byteCountLimit))?.bytes else { return nil }
        self.bytes = document
        let bytes = document.bytes
        var plain = Data(bytes)
        var paths: [String]?
        if let consolidated = DocumentText.consolidatedMetadata(in: bytes) {
            paths = HTTPStore.paths(in: plain)
            if paths != nil { plain = DocumentText.cutting(consolidated, from: bytes) }
        }
        do {
            guard plain.count <= NodeDocument.maximumByteCount else {
                throw DocumentProblem(
                    .invalidDocument, "zarr.json has \(plain.count) bytes, more than a document may have")
            }
            let description = try JSONDecoder().decode(Description.self, from: DocumentText.checked(plain))
            guard description.format == 3, ["group", "array"].contains(description.type) else {
                throw DocumentProblem(.unsupported, "zarr.json is not that of a Zarr v3 group or array")
            }
            kind = description.type == "array" || description.attributeType == wholeType ? .whole : .group
        } catch {
            throw StoreError(
                .failed, "what kind of node it is, is not known", key: path,
                cause: ZarrError(DocumentProblem(error), path: path))
        }
        self.plain = Array(plain)
        consolidatedPaths = paths
    }

    private struct Description: Decodable {
        let format: Int
        let type: String
        /// The attribute `type`, if it is a text.
        let attributeType: String?

        private enum CodingKeys: String, CodingKey {
            case format = "zarr_format"
            case type = "node_type"
            case attributes
        }

        private enum AttributeKeys: String, CodingKey {
            case type
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            format = try members.decode(Int.self, forKey: .format)
            type = try members.decode(String.self, forKey: .type)
            let attributes = try? members.nestedContainer(keyedBy: AttributeKeys.self, forKey: .attributes)
            attributeType = try? attributes?.decodeIfPresent(String.self, forKey: .type)
        }
    }
}
