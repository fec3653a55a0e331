import Support

extension Store {
    /// What the documents of the nodes at `prefix` and below it announce: documents, and the keys of all chunks, of which any may be absent.
    public func values(below prefix: String) throws(StoreError) -> [ListedValue] {
        var values: [ListedValue] = []
        try addAnnounced(at: prefix, depth: 0, to: &values)
        return values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    /// Nothing is known of any.
    public func looseValues(in prefix: String) throws(StoreError) -> [String] { [] }

    private func addAnnounced(at path: String, depth: Int, to values: inout [ListedValue]) throws(StoreError) {
        guard depth < announcedDepthLimit else { throw StoreError(.failed, "lies too deep", key: path) }
        let key = path.isEmpty ? "zarr.json" : "\(path)/zarr.json"
        let empty = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        guard let info = try get(key, .range(0..<0), into: { _ in empty }) else { return }
        values.append(ListedValue(key, byteCount: info.size, version: info.version))
        let keys: [String]
        do throws(ZarrError) {
            keys = try NodeDocument(self, path: path)?.announcedKeys() ?? []
        } catch {
            throw StoreError(.failed, "what belongs to it is not known", key: path, cause: error)
        }
        values += keys.map { ListedValue($0, byteCount: nil) }
        for name in try children(of: path) where NodeName.isAllowed(name) {
            try addAnnounced(at: path.isEmpty ? name : "\(path)/\(name)", depth: depth + 1, to: &values)
        }
    }
}

/// Nodes nested deeper than this are not looked for.
private let announcedDepthLimit = 64

extension NodeDocument {
    /// The most keys of an array that are asked for one by one.
    private static let announcedKeyLimit = 1 << 20

    /// The keys of all chunks of the node, if it is an array, whether the store has them or not.
    fileprivate func announcedKeys() throws(ZarrError) -> [String] {
        guard case .array(let array) = try metadata() else { return [] }
        guard let grid = ChunkGrid(dividing: array.shape, into: array.chunkShape) else {
            throw ZarrError(
                .invalidDocument, "chunks of \(array.chunkShape) for a shape of \(array.shape)", path: path)
        }
        guard grid.chunkCount <= Self.announcedKeyLimit else {
            throw ZarrError(
                .unsupported, "\(grid.chunkCount) chunks are more than are asked for one by one", path: path)
        }
        return (0..<grid.chunkCount).map { array.keyEncoding.key(of: grid.coordinates(of: $0), in: path) }
    }
}
