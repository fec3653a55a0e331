extension ZarrGroup {
    /// Makes the group at `path` with `attributes`, and the groups above it that do not exist, each visible only as a whole.
    /// Returns false, and does not use the attributes, if there is a group already.
    ///
    /// Throws `invalidRequest` if a group cannot have that path, `invalidDocument` if there is an array at `path`, and `unsupported` if it or a group above it is of zarr_format 2.
    @discardableResult
    public static func create(
        in store: any WritableStore, path: String, attributes: some Encodable
    ) throws(ZarrError) -> Bool {
        try NodeName.check(path: path)
        let components = path.split(separator: "/", omittingEmptySubsequences: false)
        for count in components.indices {
            let above = components.prefix(count).joined(separator: "/")
            _ = try createOne(in: store, path: above, attributes: [String: String]())
        }
        return try createOne(in: store, path: path, attributes: attributes)
    }

    /// Replaces the attributes of the group at `path`, which exists, by `attributes`.
    public static func replaceAttributes(
        in store: any WritableStore, path: String, with attributes: some Encodable
    ) throws(ZarrError) {
        let bytes = try DocumentEncoder.encode(GroupDocument(attributes: attributes), path: path)
        do {
            try store.replace(path.isEmpty ? "zarr.json" : "\(path)/zarr.json", with: bytes)
        } catch {
            throw ZarrError(.store, "cannot be written", path: path, cause: error)
        }
    }

    private static func createOne(
        in store: any WritableStore, path: String, attributes: some Encodable
    ) throws(ZarrError) -> Bool {
        if let document = try NodeDocument(store, path: path) {
            guard case .group = try document.decode(NodeMetadata.self) else {
                throw ZarrError(.invalidDocument, "is an array, not a group", path: path)
            }
            return false
        }
        guard !path.isEmpty else { throw ZarrError(.notFound, "there is no Zarr store", path: path) }
        let bytes = try DocumentEncoder.encode(GroupDocument(attributes: attributes), path: path)
        do {
            let node = try store.stageNode()
            try node.write(bytes, to: "zarr.json")
            if try node.publish(as: path) { return true }
            // There is a folder without a document; or another process has just made the group, and either document is whole.
            guard try !store.contains("\(path)/zarr.json") else { return false }
            try store.replace("\(path)/zarr.json", with: bytes)
            return true
        } catch {
            throw ZarrError(.store, "cannot be made", path: path, cause: error)
        }
    }
}

extension StagedNode {
    /// Makes this node, or the one `name` below it, a group with `attributes`.
    public func writeGroup(_ name: String = "", attributes: some Encodable) throws(ZarrError) {
        let bytes = try DocumentEncoder.encode(GroupDocument(attributes: attributes), path: path(of: name))
        do {
            try write(bytes, to: name.isEmpty ? "zarr.json" : "\(name)/zarr.json")
        } catch {
            throw ZarrError(.store, "cannot be written", path: path(of: name), cause: error)
        }
    }
}
