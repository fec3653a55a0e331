import Support
import Zarr

/// A correct array beside the audio that is to replace a wrong or missing one: an index, or checksums. The audio is not touched.
struct ArrayRepair: RecordingRepair {
    let believesWhatIsThere: Bool
    private let name: String
    private let plan: () throws(ZarrError) -> ArrayPlan
    private let write: (ArrayWriter) throws -> [String: JSONValue]

    /// The array called `name`, whose elements `write` appends; it returns the attributes that belong to them.
    init(
        _ name: String, _ plan: ArrayPlan, believesWhatIsThere: Bool,
        write: @escaping (ArrayWriter) throws -> [String: JSONValue]
    ) {
        self.name = name
        self.believesWhatIsThere = believesWhatIsThere
        self.plan = { () throws(ZarrError) in plan }
        self.write = write
    }

    /// The index of `Row` called `name`, whose rows `write` appends; it returns the attributes that belong to them.
    init<Row: IndexRow>(
        _ name: String, of type: Row.Type, write: @escaping (ArrayWriter) throws -> [String: JSONValue]
    ) {
        self.name = name
        believesWhatIsThere = false
        plan = { () throws(ZarrError) in try .index(of: type) }
        self.write = write
    }

    /// Writes the array of the recording at `path`: a reader finds the old one, or all of the new one.
    ///
    /// Attributes that only the old one has are kept. Throws if what is there is no array: somebody else put it there.
    func apply(to store: any WritableStore, path: String, cache: BlockCache) throws {
        let place = "\(path)/\(name)"
        try Self.refuseStrangers(at: place, in: store)
        let node = try store.stageNode()
        let kept = Self.attributes(of: place, in: store, cache)
        let writer = ArrayWriter(in: node, try plan())
        let attributes = try write(writer)
        try writer.finish(attributes: kept.merging(attributes) { $1 })
        try node.replace(place)
    }

    /// Throws if there is a group at `place`, or a folder with nodes in it, which an array never has.
    static func refuseStrangers(at place: String, in store: any Store) throws {
        let isGroup = (try? ZarrGroup.open(store, path: place)) != nil
        let hasNodes = try store.children(of: place).contains { name in
            try store.status(of: "\(place)/\(name)/zarr.json") != nil
        }
        guard isGroup || hasNodes else { return }
        throw RecordingError("what lies there is no array of zarrwlr's: move it elsewhere", recording: place)
    }

    private static func attributes(of path: String, in store: any Store, _ cache: BlockCache) -> [String: JSONValue] {
        guard let array = try? ZarrArray.open(store, path: path, cache: cache) else { return [:] }
        return (try? array.attributes(as: [String: JSONValue].self)) ?? [:]
    }
}
