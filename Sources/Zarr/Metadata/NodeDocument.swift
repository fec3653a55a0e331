import FoundationEssentials
import Support

/// The bytes of a node's zarr.json, read once for all that is asked of them.
public struct NodeDocument: Sendable {
    /// Bytes of the longest document that is read. Attributes may be long. Decoding takes several times as much memory.
    static let maximumByteCount = 4 << 20
    /// Bytes of the longest document that is looked at: that of a group may have copies of the documents of all nodes below, which
    /// nobody needs.
    private static let maximumConsolidatedByteCount = 64 << 20
    /// Documents that are longer are decoded one at a time.
    private static let freeByteCount = 128 << 10
    private static let longDocuments = Turnstile()
    /// Bytes of memory that decoding a byte takes, at the worst.
    private static let memoryPerByte = 16

    /// The path of the node.
    public let path: String
    private let bytes: Data

    /// Reads the document of the node at `path`; nil if there is none. Throws `unsupported` if there is one of zarr_format 2.
    public init?(_ store: any Store, path: String) throws(ZarrError) {
        self.path = path
        do {
            guard let bytes = try Self.read(Self.key("zarr.json", of: path), store) else {
                guard let name = try Self.version2Name(store, path) else { return nil }
                throw DocumentProblem(.unsupported, "\(name) is of zarr_format 2, only 3 is supported")
            }
            self.bytes = try DocumentText.checked(bytes)
        } catch let error as StoreError {
            throw ZarrError(error, path: path)
        } catch let error as Cancelled {
            throw ZarrError(.store, "is not read", path: path, cause: error)
        } catch {
            throw ZarrError(DocumentProblem(error), path: path)
        }
    }

    private static func read(_ key: String, _ store: any Store) throws -> Data? {
        do throws(StoreError) {
            return try store.get(key, .whole(atMost: maximumByteCount)).map { Data($0.bytes.bytes) }
        } catch {
            guard case .tooLarge(let size) = error.kind else { throw error }
            return try readConsolidated(key, store, byteCount: size)
        }
    }

    /// Reads a long document of `byteCount` bytes without its consolidated metadata; the others that are read meanwhile wait.
    private static func readConsolidated(_ key: String, _ store: any Store, byteCount: UInt64) throws -> Data? {
        let limit = maximumConsolidatedByteCount
        let tooLong = DocumentProblem(
            .invalidDocument,
            "zarr.json has \(byteCount) bytes, more than a document may have: \(maximumByteCount) without consolidated metadata"
        )
        guard byteCount <= UInt64(limit) else { throw tooLong }
        let data = try longDocuments.pass { () throws -> Data? in
            guard let whole = try store.get(key, .whole(atMost: limit))?.bytes else { return nil }
            guard let consolidated = DocumentText.consolidatedMetadata(in: whole.bytes),
                whole.count - consolidated.count < maximumByteCount
            else { throw tooLong }
            return DocumentText.cutting(consolidated, from: whole.bytes)
        }
        guard let data else { throw Cancelled() }
        return data
    }

    /// CRC-32C of its bytes.
    public var checksum: UInt32 { bytes.withUnsafeBytes { CRC32C.checksum(of: $0) } }

    /// The node's metadata, without its attributes.
    func metadata() throws(ZarrError) -> NodeMetadata { try decode(attributes: AnyValue.self).metadata }

    /// A value of which nobody wants to know more than that it is valid.
    private struct AnyValue: Decodable {
        init(from decoder: any Decoder) {}
    }

    /// The document, decoded as a `type`.
    func decode<T: Decodable>(_ type: T.Type) throws(ZarrError) -> T {
        guard bytes.count > Self.freeByteCount else { return try decodeNow(type) }
        let decoded = try Self.longDocuments.pass { () throws(ZarrError) in try decodeNow(type) }
        guard let decoded else { throw ZarrError(.store, "is not read", path: path, cause: Cancelled()) }
        return decoded
    }

    private func decodeNow<T: Decodable>(_ type: T.Type) throws(ZarrError) -> T {
        guard bytes.count.multiplied(by: Self.memoryPerByte).map({ AddressSpace.hasRoom(for: $0) }) == true else {
            throw ZarrError(.store, "there is too little memory to decode zarr.json", path: path)
        }
        do {
            return try Self.decode(type, from: bytes)
        } catch {
            throw ZarrError(DocumentProblem(error), path: path)
        }
    }

    private static func decode<T: Decodable>(_ type: T.Type, from bytes: Data) throws -> T {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return try decoder.decode(type, from: bytes)
    }

    /// The node's metadata, and its attributes as a `type`. If the rest of a document is known, only these are decoded.
    func decode<T: Decodable>(attributes type: T.Type) throws(ZarrError) -> (metadata: NodeMetadata, attributes: T) {
        let parts = parts
        if let known = parts.flatMap({ Self.known($0, attributes: type) }) { return known }
        let document = try decodeWhole(attributes: type)
        if let parts { MetadataCache.shared.keep(document.metadata, of: parts) }
        return document
    }

    /// The same, decoded in one pass over all of the document.
    func decodeWhole<T: Decodable>(
        attributes type: T.Type
    ) throws(ZarrError) -> (metadata: NodeMetadata, attributes: T) {
        let document = try decode(DescribedNode<T>.self)
        return (document.metadata, document.attributes)
    }

    private var parts: DocumentParts? { bytes.count > Self.freeByteCount ? nil : DocumentParts(bytes) }

    /// What is in a document of these `parts`; nil if its rest is not known, or if anything is wrong, which is said with its place in the
    /// document.
    private static func known<T: Decodable>(
        _ parts: DocumentParts, attributes type: T.Type
    ) -> (metadata: NodeMetadata, attributes: T)? {
        guard let metadata = MetadataCache.shared.metadata(of: parts),
            let attributes = try? decode(type, from: parts.attributes ?? noAttributes)
        else { return nil }
        return (metadata, attributes)
    }

    private static let noAttributes = Data("{}".utf8)

    private struct DescribedNode<T: Decodable>: Decodable {
        let metadata: NodeMetadata
        let attributes: T

        init(from decoder: any Decoder) throws {
            let fields = try DocumentFields(decoder)
            metadata = try NodeMetadata(fields)
            attributes = try AttributesDocument<T>(fields).attributes
        }
    }

    /// Whether the node is an array.
    public func isArray() throws(ZarrError) -> Bool {
        if case .array = try metadata() { true } else { false }
    }

    /// The node's attributes as a `type`; an empty object if there are none.
    public func attributes<T: Decodable>(as type: T.Type) throws(ZarrError) -> T {
        if let known = parts.flatMap({ Self.known($0, attributes: type) }) { return known.attributes }
        // Of what is not supported, they can be read, too.
        return try decode(AttributesDocument<T>.self).attributes
    }

    private struct AttributesDocument<T: Decodable>: Decodable {
        let attributes: T

        init(from decoder: any Decoder) throws {
            try self.init(DocumentFields(decoder))
        }

        init(_ fields: DocumentFields) throws {
            attributes = try fields.valueIfPresent("attributes") ?? JSONDecoder().decode(T.self, from: noAttributes)
        }
    }

    /// What is known of its content by its checksum.
    func checksumVerdict() throws(ZarrError) -> DocumentChecksum.Verdict {
        try DocumentChecksum.verdict(on: bytes) { () throws(ZarrError) in try decode(JSONValue.self) }
    }

    /// Whether it has a checksum that is wrong. One that has nothing like a checksum is not decoded.
    public func hasWrongChecksum() throws(ZarrError) -> Bool {
        guard DocumentChecksum.isPossible(in: bytes) else { return false }
        return try checksumVerdict() == .wrong
    }

    /// What is asked of a store for the document of the node at `path`.
    static func request(of path: String) -> ValueRequest {
        ValueRequest(key("zarr.json", of: path), .whole(atMost: maximumByteCount))
    }

    private static func key(_ name: String, of path: String) -> String {
        path.isEmpty ? name : "\(path)/\(name)"
    }

    /// The name of the zarr_format 2 document of the node at `path`, if there is one.
    private static func version2Name(_ store: any Store, _ path: String) throws(StoreError) -> String? {
        // It would take two more round trips for each node that is not there.
        guard store.requestsAtOnce == nil else { return nil }
        for name in [".zgroup", ".zarray"] where try store.contains(key(name, of: path)) { return name }
        return nil
    }
}
