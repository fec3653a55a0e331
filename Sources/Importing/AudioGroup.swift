import Recordings
import Support
public import Zarr

/// A group that recordings are imported into.
public final class AudioGroup: Sendable {
    /// Its path in the store.
    let path: String
    let store: any WritableStore
    let sources: GroupSources

    /// Opens the audio group at `path` of `store`, and makes it, and the groups above it, if it is not there.
    ///
    /// Throws if something else is there: a recording, an array.
    public init(in store: any WritableStore, path: String) throws(ZarrError) {
        self.store = store
        self.path = path
        sources = GroupSources(of: path, in: store)
        let mark: [String: JSONValue] = [
            "magic_id": .text(HierarchyNames.audioGroupMagic),
            "version": .array(HierarchyNames.version.map { JSONValue($0) }),
        ]
        guard try !ZarrGroup.create(in: store, path: path, attributes: mark) else { return }
        let attributes = try ZarrGroup.open(store, path: path).attributes(as: [String: JSONValue].self)
        if attributes["type"] == .text(HierarchyNames.recordingType) {
            throw ZarrError(.invalidRequest, "is a recording, not a group for recordings", path: path)
        }
        guard attributes["magic_id"] != mark["magic_id"] else { return }
        try ZarrGroup.replaceAttributes(in: store, path: path, with: attributes.merging(mark) { _, new in new })
    }

    /// What came of publishing a node.
    enum Publication {
        /// It is at this path now. `hasNamesake` says whether another recording of the group wants the same name in a mount.
        case new(String, hasNamesake: Bool)
        /// Its source was in the group before, at this path.
        case old(String)

        var place: String {
            switch self {
            case .new(let place, _), .old(let place): place
            }
        }
    }

    /// Publishes `node` under the next number, unless `source` has been published before, by whichever process.
    func publish(
        _ node: any StagedNode, _ source: SourceIdentity, sourceName: String
    ) throws(StoreError) -> Publication {
        try node.sync()
        return try store.withLock(on: path) { () throws(StoreError) in
            if let place = try sources.place(of: source) { return .old(place) }
            let hasNamesake = sources.hasNamesake(of: sourceName)
            let number = try node.publish(numberedIn: path)
            return .new(path.isEmpty ? String(number) : "\(path)/\(number)", hasNamesake: hasNamesake)
        }
    }
}
