import Recordings
import Support
import Synchronization
public import Zarr

/// The sources of the recordings that are in a group.
public final class GroupSources: Sendable {
    private struct Known {
        /// The paths of recordings, by their sources.
        var places: [SourceIdentity: String] = [:]
        var byteCounts: Set<UInt64> = []
        /// What a mount calls their files, but for numbers.
        var fileNames: Set<String> = []
        /// The names in the group that were seen.
        var nodes: Set<String> = []
    }

    private let store: any Store
    private let path: String
    private let known = Mutex(Known())

    /// The sources in the group at `path` of `store`; none if there is no such group.
    public init(of path: String, in store: any Store) {
        self.path = path
        self.store = store
    }

    /// Whether a source of `byteCount` bytes is there.
    func mayHave(byteCount: UInt64) throws(StoreError) -> Bool {
        try look()
        return known.withLock { $0.byteCounts.contains(byteCount) }
    }

    /// The path of the recording of `source`; nil if there is none.
    ///
    /// If a store does not say which stream a recording is, it may be any.
    func place(of source: SourceIdentity) throws(StoreError) -> String? {
        try look()
        return known.withLock { $0.places[source] ?? $0.places[SourceIdentity(sha256: source.sha256, stream: nil)] }
    }

    /// Whether a source is known whose WAV file in a mount wants the same name as that of a source called `name`.
    func hasNamesake(of name: String) -> Bool {
        known.withLock { $0.fileNames.contains(Self.fileName(of: name)) }
    }

    /// Learns of recordings that have appeared since it was last called: other processes may import too.
    ///
    /// When it returns, all that were there when it was called are known. A name is therefore marked as seen only after its source was
    /// read; if two threads find the same name, both read it.
    private func look() throws(StoreError) {
        let nodes = try store.children(of: path)
        let unseen = known.withLock { known in nodes.filter { !known.nodes.contains($0) } }
        for node in unseen {
            let place = path.isEmpty ? node : "\(path)/\(node)"
            let source = UInt64(node) == nil ? nil : StoredSource(of: place, in: store)
            known.withLock { known in
                known.nodes.insert(node)
                if let byteCount = source?.byteCount { known.byteCounts.insert(byteCount) }
                if let sha256 = source?.sha256 {
                    known.places[SourceIdentity(sha256: sha256, stream: source?.stream)] = place
                }
                if let name = source?.name { known.fileNames.insert(Self.fileName(of: name)) }
            }
        }
    }

    /// A source's name with `.wav` in the place of any other extension.
    private static func fileName(of name: String) -> String {
        guard let dot = name.lastIndex(of: "."), name[dot...].lowercased() != ".wav" else { return name }
        return "\(name[..<dot]).wav"
    }
}
