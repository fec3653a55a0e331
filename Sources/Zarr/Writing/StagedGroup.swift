/// A group that is to be made, and those above it that do not exist: written, but not visible before it is published. If this is released
/// before that, nothing of them stays.
public struct StagedGroup: Sendable {
    /// A group that does not exist.
    private struct Level: Sendable {
        let path: String
        let document: [UInt8]
        let node: any StagedNode
    }

    private let path: String
    private let store: any WritableStore
    /// The groups that are still to be made, each before those in it.
    private var levels: [Level] = []

    /// Stages what is not there of the group at `path` of `store`, which is to have `attributes`, and of the groups above it.
    ///
    /// Throws as `missingGroups(at:of:)` does, too.
    public init(in store: any WritableStore, path: String, attributes: some Encodable) throws(ZarrError) {
        self.path = path
        self.store = store
        let missing = try Self.missingGroups(at: path, of: store)
        try Self.checkNames(missing, of: store)
        for missing in missing {
            let bytes =
                missing == path
                ? try DocumentEncoder.encode(GroupDocument(attributes: attributes), path: missing)
                : try DocumentEncoder.encode(GroupDocument(attributes: [String: String]()), path: missing)
            do {
                let node = try store.stageNode()
                try node.write(bytes, to: "zarr.json")
                levels.append(Level(path: missing, document: bytes, node: node))
            } catch {
                throw ZarrError(.store, "cannot be made", path: missing, cause: error)
            }
        }
    }

    /// The paths of those that do not exist of the groups above `path` and the one at `path`, each before those in it. `check` is called with
    /// each that exists, and may throw.
    ///
    /// Throws `invalidRequest` if a group cannot have that path, `invalidDocument` if there is an array at `path` or above, and
    /// `unsupported` if something there is of zarr_format 2.
    public static func missingGroups(
        at path: String, of store: any Store,
        check: (_ path: String, _ group: ZarrGroup) throws(ZarrError) -> Void = { _, _ throws(ZarrError) in }
    ) throws(ZarrError) -> [String] {
        try NodeName.check(path: path)
        let components = path.split(separator: "/", omittingEmptySubsequences: false)
        var missing: [String] = []
        for above in components.indices.map({ components.prefix($0).joined(separator: "/") }) + [path] {
            if let document = try NodeDocument(store, path: above) {
                guard case .group = try document.decode(NodeMetadata.self) else {
                    throw ZarrError(.invalidDocument, "is an array, not a group", path: above)
                }
                try check(above, ZarrGroup(store, document))
            } else if above.isEmpty {
                throw ZarrError(.notFound, "there is no Zarr store", path: above)
            } else {
                missing.append(above)
            }
        }
        return missing
    }

    /// Throws `store` if the first of the groups `missing` would have a name that is the same as another to Unicode.
    private static func checkNames(_ missing: [String], of store: any WritableStore) throws(ZarrError) {
        // Those below it are in a folder that is not there.
        guard let first = missing.first else { return }
        do throws(StoreError) {
            try NodeNames.checkIsNoTwin(first) { path throws(StoreError) in try NodeNames.there(in: path, of: store) }
        } catch {
            throw ZarrError(.store, "cannot be made", path: first, cause: error)
        }
    }

    /// Makes the groups, each visible only as a whole. Returns false, and does not use the attributes, if the group is there already.
    ///
    /// They would survive a power cut when this returns. If it throws, it can be called again.
    public mutating func publish() throws(ZarrError) -> Bool {
        var isNew = false
        while let level = levels.first {
            isNew = try publish(level) && level.path == path
            levels.removeFirst()
        }
        return isNew
    }

    private func publish(_ level: Level) throws(ZarrError) -> Bool {
        do {
            return try store.publish(level.node, as: level.path, document: level.document)
        } catch {
            throw ZarrError(.store, "cannot be made", path: level.path, cause: error)
        }
    }
}

extension WritableStore {
    /// Makes `node`, which holds nothing but `document`, appear as the group at `path`; false if there is a node already.
    ///
    /// Throws if another name in its folder, which exists, is the same to Unicode, even if another process makes that one at the same time.
    func publish(_ node: any StagedNode, as path: String, document: [UInt8]) throws(StoreError) -> Bool {
        if try NodeNames.whileNoTwin(of: path, in: self, { () throws(StoreError) in try node.publish(as: path) }) {
            return true
        }
        // There is a folder without a document; or another process has just made the group, and either document is whole.
        guard try !contains("\(path)/zarr.json") else { return false }
        try replace("\(path)/zarr.json", with: document)
        return true
    }
}
