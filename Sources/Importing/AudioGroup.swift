import Recordings
import Support
import Synchronization
public import Zarr

/// A group that recordings are imported into, and which sources it has already.
public final class AudioGroup: Sendable {
    /// Its path in the store.
    public let path: String
    let store: any WritableStore
    private let known = Mutex(KnownSources())

    private struct KnownSources {
        /// Where the sources are, by their SHA-256; nil for one that is being imported.
        var places: [String: String?] = [:]
        var byteCounts: Set<UInt64> = []
        /// The names below the group that were looked at.
        var names: Set<String> = []
    }

    /// Opens the audio group at `path` of `store`, and makes it, and the groups above it, where there is none.
    ///
    /// Throws where something else is there: a recording, an array.
    public init(in store: any WritableStore, path: String) throws(ZarrError) {
        self.store = store
        self.path = path
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

    /// Whether a source of `byteCount` bytes may be there already.
    func mayHave(byteCount: UInt64) throws(StoreError) -> Bool {
        try look()
        return known.withLock { $0.byteCounts.contains(byteCount) }
    }

    /// What became of asking for a source.
    enum Claim: Equatable {
        /// Nobody has it: it is the caller's to import, or to give up.
        case granted
        /// It is there, at this path; nil where another import of this process is at it.
        case taken(String?)
    }

    /// Asks to import the source with `sha256`.
    func claim(_ sha256: String) throws(StoreError) -> Claim {
        try look()
        return known.withLock { known in
            if let place = known.places[sha256] { return .taken(place) }
            known.places[sha256] = .some(nil)
            return .granted
        }
    }

    /// Gives up a claim: the source was not imported.
    func giveUp(_ sha256: String) {
        known.withLock { known in
            if case .some(nil) = known.places[sha256] { known.places[sha256] = nil }
        }
    }

    /// Makes `node` appear in the group, unless another process has imported the same source meanwhile. Returns where the
    /// source is, and whether that is `node`.
    func publish(_ node: any StagedNode, sha256: String) throws(StoreError) -> (place: String, isNew: Bool) {
        try node.sync()
        return try store.withLock(on: path) { () throws(StoreError) in
            try look()
            if case .some(.some(let place)) = known.withLock({ $0.places[sha256] }) { return (place, false) }
            let number = try node.publish(numberedIn: path)
            let place = path.isEmpty ? String(number) : "\(path)/\(number)"
            known.withLock { $0.places[sha256] = place }
            return (place, true)
        }
    }

    /// Looks at recordings that have appeared since it was last called: other processes may be at work too.
    ///
    /// When it returns, all that were there when it was called are known. A name is therefore marked only once its source is:
    /// what two threads come upon at the same time, both read.
    private func look() throws(StoreError) {
        let names = try store.children(of: path)
        let unseen = known.withLock { known in names.filter { !known.names.contains($0) } }
        for name in unseen {
            let place = path.isEmpty ? name : "\(path)/\(name)"
            let source = UInt64(name) == nil ? nil : StoredSource(of: place, in: store)
            known.withLock { known in
                known.names.insert(name)
                if let byteCount = source?.byteCount { known.byteCounts.insert(byteCount) }
                if let sha256 = source?.sha256 { known.places[sha256] = place }
            }
        }
    }
}
