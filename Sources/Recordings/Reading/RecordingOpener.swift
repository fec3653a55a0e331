import Support
import Zarr

/// Opens the recordings of one store: to learn what they are, and to read them.
final class RecordingOpener: Sendable {
    /// Recordings that are kept open at a time.
    private static let openLimit = 256
    /// Bytes that learning may keep: a stream without an index is read in pieces, several of which may lie in one chunk.
    private static let learningByteCount = 8 << 20

    let store: any Store
    let cache: BlockCache
    let openRecordings = OpenRecordings(limit: openLimit)
    /// Keeps what is learned; nil if nothing is kept.
    let file: CatalogueFile?
    let log: Log
    /// Whether somebody will want to know what has changed since groups were listed.
    let isLiving: Bool
    /// Notices what changes in groups that are listed; nil if nobody wants to know.
    let watch: GroupWatch?
    private let loader: RecordingLoader
    /// Learns recordings that are not left open. It has its own cache, since nothing that it reads is needed again.
    private let learner: RecordingLoader

    /// An opener of the recordings of `store`. What is read is kept in `cache`, and what is learned, in `file`; `counters` count
    /// what is decoded.
    init(
        store: any Store, cache: BlockCache, file: CatalogueFile?, counters: DecodeCounters = DecodeCounters(),
        isLiving: Bool = false, watch: GroupWatch? = nil, log: Log
    ) {
        self.isLiving = isLiving
        self.watch = watch
        self.store = store
        self.cache = cache
        self.file = file
        self.log = log
        loader = RecordingLoader(store: store, cache: cache, file: file, counters: counters, log: log)
        learner = RecordingLoader(
            store: store, cache: BlockCache(budget: Self.learningByteCount, within: cache), file: file,
            counters: counters, log: log)
    }

    /// The recording at `path`, with all that reading it from `pinned` needs.
    func open(_ path: String, in pinned: PinnedStore) throws(RecordingError) -> Recording {
        try loader.reading(from: pinned).load(RecordingNode(store: pinned, path: path, cache: cache)).recording
    }

    /// Closes all recordings but those that are still referenced, and keeps none open from now on.
    func closeAll() {
        openRecordings.end()
    }

    /// The store as it is now, for the recording at `path`.
    private func pinned(_ path: String, isArray: Bool) -> PinnedStore {
        PinnedStore(store, audio: isArray ? path : "\(path)/\(HierarchyNames.blob)")
    }

    private func onDemand(_ facts: RecordingFacts, in pinned: PinnedStore? = nil) -> OnDemandRecording {
        openRecordings.recording(facts) {
            OnDemandRecording(
                facts, in: pinned ?? self.pinned(facts.path, isArray: facts.isArray), opener: self)
        }
    }
}

extension RecordingOpener: CatalogueSource {
    func contents(of group: CatalogueGroup) -> GroupContents {
        GroupListing(group, opener: self).contents()
    }

    func renewed(
        _ contents: GroupContents, of group: CatalogueGroup, groups: [CatalogueGroup], extent: NoticedChanges.Extent
    ) -> GroupContents? {
        GroupRenewal(of: group, contents, groups: groups, extent: extent, opener: self).contents()
    }

    func forget() { store.forget() }

    func isReadable(_ path: String) -> Bool {
        switch try? ZarrNode.open(store, path: path, cache: cache) {
        case .group(let group): (try? group.children()) != nil
        case .array: true
        case nil: false
        }
    }

    /// Learns what the recording at `node` is. It is left open if there is room.
    func learn(_ node: RecordingNode) throws(RecordingError) -> RecordingFacts {
        // Taken before anything is read, so that whatever changes meanwhile has another version.
        let version = file.flatMap { _ in store.version(ofRecording: node.path, isGroup: !node.isArray) }
        let isKeptOpen = openRecordings.hasRoom
        let pinned = pinned(node.path, isArray: node.isArray)
        let opened = try (isKeptOpen ? loader : learner).reading(from: pinned).load(node).recording
        if isKeptOpen {
            let recording = onDemand(opened.facts, in: pinned)
            recording.keep(opened)
            openRecordings.add(recording)
        }
        if let file, let version {
            let entry = CatalogueFile.Entry(version: version, facts: opened.facts)
            file.keep(entry, name: node.name, group: node.group)
        }
        return opened.facts
    }

    func endLearning() {
        learner.cache.removeAll()
    }

    func recording(_ facts: RecordingFacts) -> Recording {
        Recording(facts, onDemand(facts))
    }

    func node(at path: String) throws(RecordingError) -> RecordingNode {
        try RecordingNode(store: store, path: path, cache: cache)
    }

    func recording(at path: String, below root: String) throws(RecordingError) -> Recording? {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        let rootNames = root.split(separator: "/")
        guard names.count > rootNames.count, names.starts(with: rootNames), names.allSatisfy(Self.isListed) else {
            return nil
        }
        for count in rootNames.count..<names.count {
            let ancestor = names.prefix(count).joined(separator: "/")
            guard
                case (.group, let attributes)? = try? ZarrNode.open(
                    store, path: ancestor, cache: cache, attributes: NodeAttributes.self),
                count == rootNames.count || !attributes.group.isRecording
            else { return nil }
        }
        let found: (node: ZarrNode, attributes: NodeAttributes)?
        do throws(ZarrError) {
            found = try ZarrNode.open(store, path: path, cache: cache, attributes: NodeAttributes.self)
        } catch {
            throw RecordingError("cannot be read", recording: path, cause: error)
        }
        guard let found, let node = RecordingNode(found.node, found.attributes, path: path) else { return nil }
        let facts = try learn(node)
        _ = try facts.waveByteCount()
        return recording(facts)
    }

    /// Whether the listing of a group shows nodes called `name`.
    private static func isListed(_ name: Substring) -> Bool {
        !name.isEmpty && !name.hasPrefix("__") && !name.allSatisfy { $0 == "." }
    }
}
