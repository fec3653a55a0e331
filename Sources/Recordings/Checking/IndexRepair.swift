import Support
import Zarr

/// A correct index that is to replace a wrong or missing one. The audio is not touched.
struct IndexRepair {
    private let name: String
    private let columnCount: Int
    private let write: (ArrayWriter) throws -> [String: JSONValue]

    /// The index of `Row` called `name`, whose rows `write` appends; it returns the attributes that belong to them.
    init<Row: IndexRow>(
        _ name: String, of type: Row.Type, write: @escaping (ArrayWriter) throws -> [String: JSONValue]
    ) {
        self.name = name
        columnCount = Row.columnCount
        self.write = write
    }

    /// Writes the index of the recording at `path`: a reader finds the old one, or all of the new one.
    ///
    /// Attributes that only the old one has are kept.
    func apply(to store: any WritableStore, path: String, cache: BlockCache) throws {
        let place = "\(path)/\(name)"
        let node = try store.stageNode()
        let kept = Self.attributes(of: place, in: store, cache)
        let writer = ArrayWriter(in: node, try .index(columns: columnCount))
        let attributes = try write(writer)
        try writer.finish(attributes: kept.merging(attributes) { $1 })
        try node.replace(place)
    }

    private static func attributes(of path: String, in store: any Store, _ cache: BlockCache) -> [String: JSONValue] {
        guard let array = try? ZarrArray.open(store, path: path, cache: cache) else { return [:] }
        return (try? array.attributes(as: [String: JSONValue].self)) ?? [:]
    }
}
