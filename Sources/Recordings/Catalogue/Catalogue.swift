public import Support
public import Zarr

/// What a store holds for the ear: its recordings, and what could not be made one.
///
/// Groups are listed and recordings learned when somebody asks for them; `learn()` does it for all of them.
public final class Catalogue: Sendable {
    /// The group that everything lies in.
    public let root: CatalogueGroup
    private let source: any CatalogueSource
    private let progress: CatalogueProgress
    private let end: @Sendable () -> Void

    /// A catalogue of recordings that are known already, as far as they and `problems` lie in the group `root`.
    public convenience init(recordings: [Recording], problems: [RecordingError], root: String = "") {
        self.init(source: KnownRecordings(recordings, problems: problems), root: root) {}
    }

    /// The catalogue of what lies at and below the group `root` of `store` (empty: all of it). Throws if `root` is no group.
    ///
    /// What is read now and later is kept in `cache`; what was learned of the recordings is taken from `file`, and put there. What
    /// is decoded is counted by `counters`.
    public convenience init(
        store: any Store, root: String = "", cache: BlockCache, file: CatalogueFile? = nil,
        counters: DecodeCounters = DecodeCounters(), log: Log
    ) throws(ZarrError) {
        _ = try ZarrGroup.open(store, path: root)
        let opener = RecordingOpener(store: store, cache: cache, file: file, counters: counters, log: log)
        self.init(source: opener, root: root) { opener.closeAll() }
    }

    private init(source: any CatalogueSource, root: String, end: @escaping @Sendable () -> Void) {
        self.source = source
        self.end = end
        progress = CatalogueProgress()
        self.root = CatalogueGroup(path: root, modified: nil, source: source, progress: progress)
    }

    deinit {
        end()
    }

    /// How much is known by now.
    public var counts: CatalogueCounts { progress.counts }

    /// The recording at `path` of the store, opened without looking at any other; nil if there is none. Throws why it cannot be
    /// served.
    public func recording(at path: String) throws(RecordingError) -> Recording? {
        try source.recording(at: path, below: root.path)
    }

    // MARK: - All of it

    /// Lists all groups and learns all recordings, on `threads` threads.
    ///
    /// Whoever asks for a group or recording meanwhile comes first.
    public func learn(threads: Int = Parallel.processorCount) {
        LearningPass(from: root, progress: progress).run(threads: threads)
        source.endLearning()
    }

    /// Lists all groups, and calls `body` with all that is in them, in the order of names: what is in a group follows the group.
    public func forEachMember(_ body: (_ contents: GroupContents, _ member: GroupContents.Member) -> Void) {
        var open = [(contents: root.list(), position: GroupContents.Position())]
        while var last = open.popLast() {
            guard let member = last.contents.nextMember(&last.position) else { continue }
            open.append(last)
            body(last.contents, member)
            if case .group(let group) = member { open.append((group.list(), GroupContents.Position())) }
        }
    }
}
