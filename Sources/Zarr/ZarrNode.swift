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
        switch try document.decode(NodeMetadata.self) {
        case .group: return .group(ZarrGroup(store, document))
        case .array(let array): return .array(try ZarrArray(store, path: path, array, cache: cache))
        }
    }
}
