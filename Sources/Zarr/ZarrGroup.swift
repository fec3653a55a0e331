/// A group: a node that holds other nodes.
public struct ZarrGroup: Sendable {
    private let store: any Store
    private let document: NodeDocument

    init(_ store: any Store, _ document: NodeDocument) {
        self.store = store
        self.document = document
    }

    /// Opens the group at `path` (empty: the root). Throws `notFound` if there is no node.
    public static func open(_ store: any Store, path: String) throws(ZarrError) -> ZarrGroup {
        guard let document = try NodeDocument(store, path: path) else {
            throw ZarrError(.notFound, "there is no Zarr node", path: path)
        }
        guard case .group = try document.decode(NodeMetadata.self) else {
            throw ZarrError(.invalidDocument, "is an array, not a group", path: path)
        }
        return ZarrGroup(store, document)
    }

    /// Its path in the store, empty for the root.
    var path: String { document.path }

    /// Its attributes, read as a `type`.
    public func attributes<T: Decodable>(as type: T.Type) throws(ZarrError) -> T {
        try document.attributes(as: type)
    }

    /// The names, sorted, of what may be nodes directly below: folders whose names are allowed for nodes, but for the store's catalogue.
    /// Which of them are nodes is known only when they are opened.
    public func children() throws(ZarrError) -> [String] { try names().distinct }

    /// The same, with names that could be taken for others.
    public func names() throws(ZarrError) -> NodeNames { try Self.names(of: path, in: store) }

    /// The same of the group at `path` of `store`, whose document is not read.
    public static func names(of path: String, in store: any Store) throws(ZarrError) -> NodeNames {
        do {
            let names = try store.children(of: path).filter { name in
                NodeName.isAllowed(name) && !(path.isEmpty && name == NodeName.catalogue)
            }
            return NodeNames(names)
        } catch {
            throw ZarrError(error, path: path)
        }
    }

    /// The path of the node `name` directly below.
    public func path(of name: String) -> String {
        path.isEmpty ? name : "\(path)/\(name)"
    }
}
