import Recordings
import Support
import Synchronization
public import Zarr

/// A group that recordings are imported into, and the sources that it has already.
public final class AudioGroup: Sendable {
    /// Its path in the store.
    let path: String
    let store: any WritableStore
    private let known = Mutex(KnownSources())

    private struct KnownSources {
        /// The paths of sources, by their SHA-256; nil for one that is claimed.
        var places: [String: String?] = [:]
        var byteCounts: Set<UInt64> = []
        /// The names in the group that were seen.
        var names: Set<String> = []
    }

    /// Opens the audio group at `path` of `store`, and makes it, and the groups above it, if it is not there.
    ///
    /// Throws if something else is there: a recording, an array.
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

    /// The answer to a claim.
    enum Claim {
        /// The source is the caller's to import, as long as this is held.
        case granted(SourceClaim)
        /// The source is in the group, at this path; nil while another import of this process has claimed it.
        case taken(String?)
    }

    /// The right to import a source. The source can be claimed again once this is released, unless it was published.
    final class SourceClaim: Sendable {
        /// The SHA-256 of the source, in hexadecimal.
        let sha256: String
        private let group: AudioGroup

        fileprivate init(_ sha256: String, in group: AudioGroup) {
            self.sha256 = sha256
            self.group = group
        }

        deinit {
            group.known.withLock { known in
                if case .some(nil) = known.places[sha256] { known.places[sha256] = nil }
            }
        }
    }

    /// Claims the source with `sha256`.
    func claim(_ sha256: String) throws(StoreError) -> Claim {
        try look()
        let taken: String?? = known.withLock { known in
            if let place = known.places[sha256] { return place }
            known.places[sha256] = .some(nil)
            return nil
        }
        return taken.map { .taken($0) } ?? .granted(SourceClaim(sha256, in: self))
    }

    /// Publishes `node`, which has the source of `claim`, unless another process has imported that source meanwhile. Returns where the
    /// source is, and whether that is `node`.
    func publish(_ node: any StagedNode, _ claim: SourceClaim) throws(StoreError) -> (place: String, isNew: Bool) {
        try node.sync()
        return try store.withLock(on: path) { () throws(StoreError) in
            try look()
            if case .some(.some(let place)) = known.withLock({ $0.places[claim.sha256] }) { return (place, false) }
            let number = try node.publish(numberedIn: path)
            let place = path.isEmpty ? String(number) : "\(path)/\(number)"
            known.withLock { $0.places[claim.sha256] = place }
            return (place, true)
        }
    }

    /// Learns of recordings that have appeared since it was last called: other processes may import too.
    ///
    /// When it returns, all that were there when it was called are known. A name is therefore marked as seen only after its source was
    /// read; if two threads find the same name, both read it.
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
