public import Support

/// A node of a hierarchy: a group or an array.
public enum ZarrNode: Sendable {
    case group(ZarrGroup)
    case array(ZarrArray)

    /// Opens the node at `path` (empty: the root); nil if there is none.
    ///
    /// Throws if there is one that cannot be read: its document is broken, it is of zarr_format 2, or it is an array that
    /// needs something unsupported. `cache` keeps the array's decoded chunks, and `absent` says what chunks of it are that the store does
    /// not have.
    public static func open(
        _ store: any Store, path: String, cache: BlockCache, absent: AbsentChunks = .fillValue
    ) throws(ZarrError) -> ZarrNode? {
        guard let document = try NodeDocument(store, path: path) else { return nil }
        return try ZarrNode(store, document, document.metadata(), cache: cache, absent: absent)
    }

    /// Opens the node at `path` as above, and decodes its attributes as a `type` in the same pass.
    public static func open<T: Decodable>(
        _ store: any Store, path: String, cache: BlockCache, absent: AbsentChunks = .fillValue, attributes type: T.Type
    ) throws(ZarrError) -> (node: ZarrNode, attributes: T)? {
        guard let document = try NodeDocument(store, path: path) else { return nil }
        return try open(document, in: store, cache: cache, absent: absent, attributes: type)
    }

    /// Opens the node whose `document` was read from `store`, as above.
    public static func open<T: Decodable>(
        _ document: NodeDocument, in store: any Store, cache: BlockCache, absent: AbsentChunks = .fillValue,
        attributes type: T.Type
    ) throws(ZarrError) -> (node: ZarrNode, attributes: T) {
        let (metadata, attributes) = try document.decode(attributes: type)
        return (try ZarrNode(store, document, metadata, cache: cache, absent: absent), attributes)
    }

    /// What `open` asks of a store for the node at `path`.
    public static func documentRequest(of path: String) -> ValueRequest { NodeDocument.request(of: path) }

    private init(
        _ store: any Store, _ document: NodeDocument, _ metadata: NodeMetadata, cache: BlockCache,
        absent: AbsentChunks
    ) throws(ZarrError) {
        switch metadata {
        case .group: self = .group(ZarrGroup(store, document))
        case .array(let array):
            self = .array(try ZarrArray(store, path: document.path, array, cache: cache, absent: absent))
        }
    }
}
