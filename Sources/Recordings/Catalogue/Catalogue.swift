public import Support
public import WaveFile
public import Zarr

/// The recordings of a store, and what in it cannot be read.
///
/// Groups are listed and recordings are learned when they are first asked for; `learn()` does this for all of them.
public final class Catalogue: Sendable {
    /// The outermost group.
    public let root: CatalogueGroup
    private let source: any CatalogueSource
    private let progress: CatalogueProgress
    private let lifetime: Lifetime

    /// What a catalogue shares with those that take its place; ends the source with the last of them.
    private final class Lifetime: Sendable {
        private let end: @Sendable () -> Void

        init(end: @escaping @Sendable () -> Void) {
            self.end = end
        }

        deinit {
            end()
        }
    }

    /// A catalogue of `recordings`, which are already known, and of `problems`. Those in the group `root` are listed.
    public convenience init(recordings: [Recording], problems: [RecordingError], root: String = "") {
        self.init(source: KnownRecordings(recordings, problems: problems), root: root) {}
    }

    /// The catalogue of what lies at and below the group `root` of `store` (empty: all of it). Throws if `root` is not
    /// a group.
    ///
    /// What is read is kept in `cache`. Facts about recordings are taken from `file` if it has them, and kept there
    /// once they are learned. Of their metadata, `metadata` are shown. `counters` count what is decoded. Groups are watched by `watch` from
    /// when they are listed. If the catalogue `isLiving`, `reloaded` finds out what has changed; groups of a store on another machine are then
    /// listed as its own catalogue has them, if it has one, and may be stale until `reloaded` is called. That is not read unless `usesStored`.
    public convenience init(
        store: any Store, root: String = "", cache: BlockCache, file: CatalogueFile? = nil,
        metadata: MetadataSelection = .all, counters: DecodeCounters = DecodeCounters(), isLiving: Bool = false,
        watch: GroupWatch? = nil, usesStored: Bool = true, log: Log
    ) throws(ZarrError) {
        _ = try ZarrGroup.open(store, path: root)
        let opener = RecordingOpener(
            store: store, cache: cache, file: file, metadata: metadata, counters: counters, isLiving: isLiving,
            watch: watch, usesStored: usesStored, log: log)
        self.init(source: opener, root: root) { opener.closeAll() }
    }

    private init(source: any CatalogueSource, root: String, end: @escaping @Sendable () -> Void) {
        self.source = source
        lifetime = Lifetime(end: end)
        progress = CatalogueProgress()
        self.root = CatalogueGroup(path: root, modified: nil, source: source, progress: progress)
    }

    /// `other`, with another outermost group.
    private init(_ other: Catalogue, root: CatalogueGroup) {
        source = other.source
        lifetime = other.lifetime
        progress = other.progress
        self.root = root
    }

    /// The cache that has the budget of everything that is read of recordings, and made of them; nil if they are not read from a store.
    public var cache: BlockCache? { source.readCache }

    /// Whether recordings that cannot be served, or nodes that cannot be read, may be served later.
    public var isUnsettled: Bool { progress.hasUnread || progress.counts.problems > 0 }

    /// How many recordings are served that could not be served at first.
    public var healedCount: Int { progress.healedCount }

    /// A catalogue to take the place of this one, if something that could not be read can be read by now; nil if not, or if it is too
    /// early to look again. What is known is taken over.
    public func renewed() -> Catalogue? {
        guard progress.takeLook() else { return nil }
        let group = root.renewed()
        return group === root ? nil : Catalogue(self, root: group)
    }

    /// A catalogue to take the place of this one, if anything has changed of what `changes` say; nil if not. What is known of all else is
    /// taken over. To be called by one thread at a time.
    public func reloaded(_ changes: NoticedChanges) -> Catalogue? {
        source.forget()
        let group = root.reloaded(changes)
        return group === root ? nil : Catalogue(self, root: group)
    }

    /// Whether groups were listed as the store's own catalogue has them, which may be stale, or was found to be: `reloaded` asks the store itself.
    public var mayBeStale: Bool { source.mayBeStale }

    /// How much has been listed and learned so far.
    public var counts: CatalogueCounts { progress.counts }

    /// The recording at `path` of the store, opened without looking at any other; nil if there is none. Throws if it
    /// cannot be served.
    public func recording(at path: String) throws(RecordingError) -> Recording? {
        try source.recording(at: path, below: root.path)
    }

    // MARK: - Whole catalogue

    /// Lists all groups and learns all recordings, on `threads` threads; if that is nil, on as many as there are processors, or requests that
    /// the store answers at once.
    ///
    /// Requests for a group or a recording take precedence meanwhile. If the work is cancelled, the rest is left out.
    public func learn(threads: Int? = nil) {
        LearningPass(from: root, progress: progress).run(
            threads: threads ?? source.requestsAtOnce ?? Parallel.processorCount)
        source.endLearning()
    }

    /// Lists all groups, and calls `body` with each member in the order of names; the members of a group follow the
    /// group.
    public func forEachMember(_ body: (_ contents: GroupContents, _ member: GroupContents.Member) -> Void) {
        var open = [(contents: root.list(), position: GroupContents.Position())]
        while var last = open.popLast() {
            guard let member = last.contents.nextMember(&last.position) else { continue }
            open.append(last)
            body(last.contents, member)
            if case .group(let group) = member { open.append((group.list(), GroupContents.Position())) }
        }
    }

    /// Lists and learns everything, and returns why what of it cannot be read.
    public func problems() -> [RecordingError] {
        learn()
        var problems: [RecordingError] = []
        forEachMember { contents, member in
            switch member {
            case .problem(let problem): problems.append(problem)
            case .group: break
            case .recording(let number):
                do throws(RecordingError) {
                    _ = try contents.facts(of: number)
                } catch {
                    problems.append(error)
                }
            }
        }
        return problems
    }
}
