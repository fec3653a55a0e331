public import Support

/// What there is at a path of a hierarchy.
public enum ZarrNode: Sendable {
    case group(ZarrGroup)
    case array(ZarrArray)

    /// Opens the node at `path` (empty: the root); nil where there is none.
    ///
    /// Throws where there is one that cannot be read: a broken document, zarr_format 2, an array that asks for what is not
    /// supported. `cache` keeps the array's decoded chunks.
    public static func open(_ store: any Store, path: String, cache: BlockCache) throws(ZarrError) -> ZarrNode? {
        guard let document = try NodeDocument(store, path: path) else { return nil }
        return try ZarrNode(store, document, document.metadata(), cache: cache)
    }

    /// Opens the node at `path` as above, and reads its attributes as a `type` with it.
    public static func open<T: Decodable>(
        _ store: any Store, path: String, cache: BlockCache, attributes type: T.Type
    ) throws(ZarrError) -> (node: ZarrNode, attributes: T)? {
        guard let document = try NodeDocument(store, path: path) else { return nil }
        let (metadata, attributes) = try document.decode(attributes: type)
        return (try ZarrNode(store, document, metadata, cache: cache), attributes)
    }

    private init(
        _ store: any Store, _ document: NodeDocument, _ metadata: NodeMetadata, cache: BlockCache
    ) throws(ZarrError) {
        switch metadata {
        case .group: self = .group(ZarrGroup(store, document))
        case .array(let array): self = .array(try ZarrArray(store, path: document.path, array, cache: cache))
        }
    }
}
