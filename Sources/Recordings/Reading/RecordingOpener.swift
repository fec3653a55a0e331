import Support
import Synchronization
import WaveFile
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
    /// What of the metadata is shown.
    let metadata: MetadataSelection
    /// Whether somebody will want to know what has changed since groups were listed.
    let isLiving: Bool
    /// Notices what changes in groups that are listed; nil if nobody wants to know.
    let watch: GroupWatch?
    /// The catalogue that the store keeps of itself; nil if it is not read. What that of a store on this machine says is to be proved by what is
    /// read soon, which only a mount does.
    let stored: StoredCatalogue?
    /// Whether groups were listed as that catalogue has them, and the store may have them otherwise.
    private let hasTrusted = Atomic<Bool>(false)
    private let isNewlyCatalogued = Atomic<Bool>(false)
    private let loader: RecordingLoader
    /// Learns recordings that are not left open. It has its own cache, since nothing that it reads is needed again.
    private let learner: RecordingLoader

    /// An opener of the recordings of `store`, which shows `metadata` of them. What is read is kept in `cache`, and what is learned, in
    /// `file`; `counters` count what is decoded. The catalogue that the store keeps of itself is read if this opener `usesStored` ones.
    init(
        store: any Store, cache: BlockCache, file: CatalogueFile?, metadata: MetadataSelection = .all,
        counters: DecodeCounters = DecodeCounters(), isLiving: Bool = false, watch: GroupWatch? = nil,
        usesStored: Bool = true, log: Log
    ) {
        self.metadata = metadata
        self.isLiving = isLiving
        self.watch = watch
        self.store = store
        self.cache = cache
        self.file = file
        self.log = log
        stored =
            usesStored && (isLiving || store.requestsAtOnce != nil)
            ? StoredCatalogue(in: store, showing: metadata, log: log) : nil
        loader = RecordingLoader(store: store, cache: cache, file: file, counters: counters, log: log)
        learner = RecordingLoader(
            store: store, cache: BlockCache(budget: Self.learningByteCount, within: cache), file: file,
            counters: counters, log: log)
    }

    /// The recording at `path`, with all that reading it from `pinned` needs.
    func open(_ path: String, in pinned: PinnedStore) throws(RecordingError) -> Recording {
        let fetched = OpeningParts.fetch(path, in: pinned)
        defer { withExtendedLifetime(fetched) {} }
        return try pinned.opening(path) { () throws(RecordingError) in
            try loader.reading(from: pinned).load(RecordingNode(store: pinned, path: path, cache: cache)).recording
        }
    }

    /// Whether the store's catalogue was another one when `forget` was last called than when it was read before. Only of a store that cannot be
    /// asked for names.
    var hasNewCatalogue: Bool { isNewlyCatalogued.load(ordering: .relaxed) }

    /// Records that a group was listed as the store's catalogue has it, and that the store may have it otherwise.
    func trust() { hasTrusted.store(true, ordering: .relaxed) }

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
    var readCache: BlockCache? { cache }
    var requestsAtOnce: Int? { store.requestsAtOnce }

    func contents(of group: CatalogueGroup) -> GroupContents {
        GroupListing(group, opener: self).contents()
    }

    func renewed(
        _ contents: GroupContents, of group: CatalogueGroup, groups: [CatalogueGroup], extent: NoticedChanges.Extent
    ) -> GroupContents? {
        GroupRenewal(of: group, contents, groups: groups, extent: extent, opener: self).contents()
    }

    func forget() {
        store.forget()
        hasTrusted.store(false, ordering: .relaxed)
        guard let stored, !store.listsFolders else { return }
        isNewlyCatalogued.store(stored.takeChange(), ordering: .relaxed)
    }

    func noteDisproof() { trust() }

    var mayBeStale: Bool { hasTrusted.load(ordering: .relaxed) }

    func isReadable(_ path: String) -> Bool {
        switch try? ZarrNode.open(store, path: path, cache: cache) {
        case .group(let group): (try? group.children()) != nil
        case .array: true
        case nil: false
        }
    }

    /// Learns what the recording at `path` is. It is left open if there is room.
    func learn(_ path: String, isArray: Bool) throws(RecordingError) -> RecordingFacts {
        // Taken before anything is read, so that whatever changes meanwhile has another version.
        let localVersion = file.flatMap { _ in store.version(ofRecording: path, isGroup: !isArray) }
        let isKeptOpen = openRecordings.hasRoom
        let pinned = pinned(path, isArray: isArray)
        let fetched = OpeningParts.fetch(path, in: pinned)
        defer { withExtendedLifetime(fetched) {} }
        // No other document is read any more.
        let version = localVersion ?? file.flatMap { _ in pinned.documentVersion(ofRecording: path) }
        let (node, opened) = try pinned.opening(path) { () throws(RecordingError) in
            let node = try RecordingNode(store: pinned, path: path, cache: cache)
            guard node.isArray == isArray else {
                throw RecordingError("was replaced by a node of another kind", recording: path)
            }
            return (node, try (isKeptOpen ? loader : learner).reading(from: pinned).load(node).recording)
        }
        let facts = opened.facts.shown(metadata)
        if isKeptOpen {
            let recording = onDemand(facts, in: pinned)
            recording.keep(opened)
            openRecordings.add(recording)
        }
        if let file, let version {
            let entry = CatalogueFile.Entry(version: version, facts: opened.facts)
            file.keep(entry, name: node.name, group: node.group)
        }
        return facts
    }

    func endLearning() {
        learner.cache.removeAll()
        stored?.drop()
    }

    func recording(_ facts: RecordingFacts) -> Recording {
        Recording(facts, onDemand(facts), metadata)
    }

    /// What the WAV file of the recording of which `facts` are known says, by its documents in `pinned`.
    func description(of facts: RecordingFacts, in pinned: PinnedStore) throws(RecordingError) -> WaveDescription {
        try loader.reading(from: pinned).description(of: facts)
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
                    store, path: ancestor, cache: cache, attributes: ListedAttributes.self),
                count == rootNames.count || !attributes.isRecording
            else { return nil }
        }
        let found: (node: ZarrNode, attributes: ListedAttributes)?
        do throws(ZarrError) {
            found = try ZarrNode.open(store, path: path, cache: cache, attributes: ListedAttributes.self)
        } catch {
            throw RecordingError("cannot be read", recording: path, cause: error)
        }
        guard let found else { return nil }
        let isArray = if case .array = found.node { true } else { false }
        guard isArray ? found.attributes.hasSampleRate : found.attributes.isRecording else { return nil }
        let facts = try learn(path, isArray: isArray)
        _ = try facts.waveByteCount()
        return recording(facts)
    }

    /// Whether the listing of a group shows nodes called `name`.
    private static func isListed(_ name: Substring) -> Bool {
        !name.isEmpty && !name.hasPrefix("__") && !name.allSatisfy { $0 == "." }
    }
}
