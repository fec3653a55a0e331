import Recordings
import Support
import Synchronization
public import Zarr

/// The sources of the recordings that are in a group, as of the last look at it.
public final class GroupSources: Sendable {
    /// The source of a recording.
    struct Source: Sendable {
        /// What it is, if the store says so.
        let identity: SourceIdentity?
        let byteCount: UInt64?
        /// Its name without its folder.
        let name: String?
    }

    private struct Known {
        /// The sources of recordings, by their names in the group; nil for what is no recording.
        private(set) var nodes: [String: Source?] = [:]
        /// The names in the group of recordings, by their sources.
        private(set) var recordings: [SourceIdentity: String] = [:]
        private(set) var byteCounts: Set<UInt64> = []
        /// What a mount calls their files, but for numbers: the bytes of the names, as composed accents make another file.
        private(set) var fileNames: Set<[UInt8]> = []
        /// The SHA-256 of the sources' files.
        private(set) var files: Set<String> = []
        /// The number after those of all recordings.
        private(set) var nextNumber = 0
        var hasLooked = false
        /// Recordings that were proved to be whole.
        var whole: Set<String> = []

        /// Forgets that the recording `node` is of its source.
        mutating func disown(_ node: String) {
            guard case let source?? = nodes[node] else { return }
            nodes[node] = .some(GroupSources.Source(identity: nil, byteCount: source.byteCount, name: source.name))
            recordings = recordings.filter { $0.value != node }
        }

        mutating func add(_ node: String, _ source: Source?) {
            nodes[node] = .some(source)
            if source != nil, let next = Int(node)?.adding(1) { nextNumber = max(nextNumber, next) }
            if let byteCount = source?.byteCount { byteCounts.insert(byteCount) }
            if let identity = source?.identity {
                recordings[identity] = node
                files.insert(identity.sha256)
            }
            if let name = source?.name { fileNames.insert(GroupSources.fileName(of: name)) }
        }

        /// Forgets all but `present`.
        mutating func keep(_ present: Set<String>) {
            guard nodes.keys.contains(where: { !present.contains($0) }) else { return }
            let kept = nodes.filter { present.contains($0.key) }
            self = Known(hasLooked: hasLooked, whole: whole)
            for (node, source) in kept { add(node, source) }
        }
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
        try lookOnce()
        return known.withLock { $0.byteCounts.contains(byteCount) }
    }

    /// The path of the recording of `source`; nil if there is none.
    ///
    /// If a store does not say which stream a recording is, it may be any.
    func place(of source: SourceIdentity) throws(StoreError) -> String? {
        try lookOnce()
        return known.withLock { known in
            (known.recordings[source] ?? known.recordings[source.ofAnyStream]).map(place)
        }
    }

    /// The path of a recording of `source` that is whole by `proof`; nil if there is none. Why others are not whole is appended to
    /// `notes`; they do not count as recordings of their sources from then on.
    func wholePlace(
        of source: SourceIdentity, by proof: RecordingProof, cache: BlockCache, notes: inout [String]
    ) throws -> String? {
        while let place = try place(of: source) {
            if known.withLock({ $0.whole.contains(place) }) { return place }
            guard let fault = try proof.fault(of: place, in: store, cache: cache) else {
                known.withLock { _ = $0.whole.insert(place) }
                return place
            }
            notes.append("imported anew, since /\(place), of the same source, is damaged (\(fault))")
            known.withLock { $0.disown(String(place.split(separator: "/").last ?? "")) }
        }
        return nil
    }

    /// The codec of the recording at `place`, if the store says which.
    func encoding(of place: String) -> AudioCodec? { StoredSource(of: place, in: store)?.encoding }

    /// The number after those of all recordings of zarrwlr's that are there. What else is called by a number, such as a group for a year, does not
    /// count.
    func nextNumber() throws(StoreError) -> Int {
        try lookOnce()
        return known.withLock { $0.nextNumber }
    }

    /// What source is known whose WAV file in a mount wants the same name as that of `source`; nil if there is none.
    func namesake(of source: Source) -> ImportedRecording.Namesake? {
        known.withLock { known in
            guard let name = source.name, known.fileNames.contains(Self.fileName(of: name)) else { return nil }
            return source.identity.map { known.files.contains($0.sha256) } == true ? .otherTrack : .otherFile
        }
    }

    /// Learns that the recording of `source` is `node` in the group, and returns its path.
    func add(_ node: String, _ source: Source) -> String {
        known.withLock { $0.add(node, source) }
        return place(of: node)
    }

    /// Looks again, since other processes may import or remove recordings, too. Nobody else changes the group meanwhile.
    func refresh() throws(StoreError) {
        let present = try look()
        known.withLock { $0.keep(Set(present)) }
    }

    private func lookOnce() throws(StoreError) {
        if !known.withLock({ $0.hasLooked }) { _ = try look() }
    }

    /// Learns of recordings that have appeared since the last look, and returns all names in the group.
    ///
    /// When it returns, all that were there when it was called are known. A name is therefore marked as seen only after its source was
    /// read; if two threads find the same name, both read it.
    private func look() throws(StoreError) -> [String] {
        let present = try store.children(of: path)
        let unseen = known.withLock { known in present.filter { known.nodes[$0] == nil } }
        let looks = Parallel.map(unseen, threads: store.requestsAtOnce ?? 1) { [self] node in
            Result { () throws(StoreError) in try look(at: node) }
        }
        for (node, result) in zip(unseen, looks) {
            guard let source = try result.get() else { continue }
            known.withLock { $0.add(node, source) }
        }
        known.withLock { $0.hasLooked = true }
        return present
    }

    /// The source of the recording `node`; nil in the result if it is no recording, and no result if there is nothing, or not yet: others may
    /// be writing it.
    private func look(at node: String) throws(StoreError) -> Source?? {
        guard UInt64(node) != nil else { return .some(nil) }
        if let source = StoredSource(of: place(of: node), in: store) { return .some(Source(source)) }
        guard try store.contains("\(place(of: node))/zarr.json") else { return nil }
        // It may have appeared in between.
        return .some(StoredSource(of: place(of: node), in: store).map { Source($0) })
    }

    private func place(of node: String) -> String {
        path.isEmpty ? node : "\(path)/\(node)"
    }

    /// A source's name with `.wav` in the place of any other extension.
    private static func fileName(of name: String) -> [UInt8] {
        guard let dot = name.lastIndex(of: "."), name[dot...].lowercased() != ".wav" else { return Array(name.utf8) }
        return Array("\(name[..<dot]).wav".utf8)
    }
}

extension GroupSources.Source {
    /// What a store says of a source.
    fileprivate init(_ stored: StoredSource) {
        identity = stored.sha256.map { SourceIdentity(sha256: $0, stream: stored.stream) }
        byteCount = stored.byteCount
        name = stored.name
    }
}
