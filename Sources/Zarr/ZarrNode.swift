public import Support

/// A node of a hierarchy: a group or an array.
public enum ZarrNode: Sendable {
    case group(ZarrGroup)
    case array(ZarrArray)

    /// Opens the node at `path` (empty: the root); nil if there is none.
    ///
    /// Throws if there is one that cannot be read: its document is broken, it is of zarr_format 2, or it is an array that
    /// needs something unsupported. `cache` keeps the array's decoded chunks.
    public static func open(_ store: any Store, path: String, cache: BlockCache) throws(ZarrError) -> ZarrNode? {
        guard let document = try NodeDocument(store, path: path) else { return nil }
        return try ZarrNode(store, document, document.metadata(), cache: cache)
    }

    /// Opens the node at `path` as above, and decodes its attributes as a `type` in the same pass.
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
