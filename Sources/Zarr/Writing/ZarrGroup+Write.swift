extension ZarrGroup {
    /// Makes the group at `path` with `attributes`, and the groups above it that do not exist, each visible only as a whole.
    /// Returns false, and does not use the attributes, if there is a group already.
    ///
    /// Throws `invalidRequest` if a group cannot have that path, `invalidDocument` if there is an array at `path`, and `unsupported` if it
    /// or a group above it is of zarr_format 2.
    @discardableResult
    public static func create(
        in store: any WritableStore, path: String, attributes: some Encodable
    ) throws(ZarrError) -> Bool {
        var group = try StagedGroup(in: store, path: path, attributes: attributes)
        return try group.publish()
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
