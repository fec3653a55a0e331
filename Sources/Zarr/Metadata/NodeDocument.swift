import FoundationEssentials
import Support

/// The bytes of a node's zarr.json.
struct NodeDocument: Sendable {
    /// Attributes may be long; what is longer than this is no document.
    private static let maximumByteCount = 64 << 20

    let path: String
    private let bytes: Data

    /// Reads the document of the node at `path`; nil where there is nothing.
    init?(_ store: any Store, path: String) throws(ZarrError) {
        self.path = path
        do {
            guard let bytes = try Self.read(Self.key("zarr.json", of: path), store) else {
                guard let name = try Self.version2Name(store, path) else { return nil }
                throw DocumentProblem(.unsupported, "\(name) is of zarr_format 2, only 3 is supported")
            }
            self.bytes = bytes
        } catch let error as StoreError {
            throw ZarrError(error, path: path)
        } catch {
            throw ZarrError(DocumentProblem(error), path: path)
        }
    }

    private static func read(_ key: String, _ store: any Store) throws -> Data? {
        do throws(StoreError) {
            return try store.get(key, .whole(atMost: maximumByteCount)).map { Data($0.bytes.bytes) }
        } catch {
            guard case .tooLarge(let size) = error.kind else { throw error }
            throw DocumentProblem(.invalidDocument, "zarr.json has \(size) bytes, which is no document")
        }
    }

    /// What the document says of the node, its attributes apart.
    func metadata() throws(ZarrError) -> NodeMetadata {
        try MetadataCache.shared.metadata(of: bytes) { () throws(ZarrError) in try decode(NodeMetadata.self) }
    }

    /// The document as a `type`.
    func decode<T: Decodable>(_ type: T.Type) throws(ZarrError) -> T {
        do {
            do {
                return try JSONDecoder().decode(type, from: bytes)
            } catch DecodingError.dataCorrupted {
                // zarr-python writes bare NaN and Infinity in attributes. Reading those as well takes longer.
                let decoder = JSONDecoder()
                decoder.allowsJSON5 = true
                return try decoder.decode(type, from: bytes)
            }
        } catch {
            throw ZarrError(DocumentProblem(error), path: path)
        }
    }

    /// The node, and its attributes as a `type`, read in one go.
    func decode<T: Decodable>(attributes type: T.Type) throws(ZarrError) -> (metadata: NodeMetadata, attributes: T) {
        let document = try decode(DescribedNode<T>.self)
        return (document.metadata, document.attributes)
    }

    private struct DescribedNode<T: Decodable>: Decodable {
        let metadata: NodeMetadata
        let attributes: T

        init(from decoder: any Decoder) throws {
            let fields = try DocumentFields(decoder)
            metadata = try NodeMetadata(fields)
            attributes = try AttributesDocument<T>(fields).attributes
        }
    }

    /// The node's attributes as a `type`; none are an empty object.
    func attributes<T: Decodable>(as type: T.Type) throws(ZarrError) -> T {
        try decode(AttributesDocument<T>.self).attributes
    }

    private struct AttributesDocument<T: Decodable>: Decodable {
        let attributes: T

        init(from decoder: any Decoder) throws {
            try self.init(DocumentFields(decoder))
        }

        init(_ fields: DocumentFields) throws {
            attributes = try fields.valueIfPresent("attributes") ?? JSONDecoder().decode(T.self, from: Data("{}".utf8))
        }
    }

    private static func key(_ name: String, of path: String) -> String {
        path.isEmpty ? name : "\(path)/\(name)"
    }

    /// The name of the document that makes the node at `path` one of zarr_format 2, if there is one.
    private static func version2Name(_ store: any Store, _ path: String) throws(StoreError) -> String? {
        for name in [".zgroup", ".zarray"] where try store.contains(key(name, of: path)) { return name }
        return nil
    }
}
