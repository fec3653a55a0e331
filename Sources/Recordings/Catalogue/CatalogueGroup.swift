import Glibc
public import Support
import Synchronization
import Zarr

/// A group of a store. It is listed when its contents are first asked for.
public final class CatalogueGroup: Sendable {
    /// Its path in the store, without a leading slash; empty for the store's root.
    public let path: String
    /// When its document was last written, if that is known.
    public let modified: Timestamp?
    /// How many groups it is nested in, counted from the catalogue's root.
    let depth: Int
    let progress: CatalogueProgress
    /// What distinguishes it from others that had the same path earlier in this process; 0 if there were none.
    public let revision: UInt32
    private let source: any CatalogueSource
    private let making = SingleFlight<GroupContents>()
    /// The contents once they are made. They are read very often, and so without a lock.
    private let made = AtomicLazyReference<GroupContents>()
    /// An earlier listing, which this object's takes the place of; nil if there is none.
    private let previous: Mutex<GroupContents?>

    /// A group that is to be listed, in the place of an earlier listing if `previous` is one.
    init(
        path: String, modified: Timestamp?, depth: Int = 0, source: any CatalogueSource, progress: CatalogueProgress,
        revision: UInt32 = 0, previous: GroupContents? = nil
    ) {
        self.path = path
        self.revision = revision
        self.modified = modified
        self.depth = depth
        self.source = source
        self.progress = progress
        self.previous = Mutex(previous)
    }

    /// This group with `contents`, changed at `modified`.
    private convenience init(_ group: CatalogueGroup, contents: GroupContents, modified: Timestamp?) {
        self.init(
            path: group.path, modified: modified, depth: group.depth, source: group.source,
            progress: group.progress, revision: group.revision)
        _ = made.storeIfNil(contents)
    }

    /// The last part of its path.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? "" }

    /// Its contents, listed now if they are not yet; if several threads ask at once, the group is listed once.
    public func list() -> GroupContents {
        if let contents = made.load() { return contents }
        return progress.listing { listInBackground() }
    }

    /// The same for a background thread, which requests do not wait for.
    func listInBackground() -> GroupContents {
        made.load()
            ?? making.get {
                let contents = source.contents(of: self)
                // A listing that was broken off has not all members.
                guard Cancellation.reason != .ended else { return contents }
                let stored = made.storeIfNil(contents)
                if stored === contents { progress.count { $0.add(contents.countsWhenListed) } }
                return stored
            }
    }

    /// The earlier listing, whose place the one that is being made takes; nil if there is none. It is given out once.
    func takePrevious() -> GroupContents? { previous.withLock { $0.take() } }

    /// This group if it and all groups in it have nothing that can be read only now; else one that takes its place, and in which the
    /// groups concerned are listed anew. Groups that are not listed yet are left as they are.
    func renewed() -> CatalogueGroup {
        guard let contents = made.load() else { return self }
        if contents.hasMore {
            return CatalogueGroup(
                path: path, modified: modified, depth: depth, source: source, progress: progress,
                revision: revision, previous: contents)
        }
        let groups = contents.groups
        let renewed = groups.map { $0.renewed() }
        guard zip(groups, renewed).contains(where: { $0 !== $1 }) else { return self }
        return CatalogueGroup(self, contents: GroupContents(contents, groups: renewed), modified: modified)
    }

    /// This group if nothing in it has changed of what `changes` say; else one that takes its place. What is not listed yet is left as it
    /// is.
    func reloaded(_ changes: NoticedChanges) -> CatalogueGroup {
        guard let contents = made.load() else { return self }
        let groups = contents.groups
        let reloaded = groups.map { $0.reloaded(changes) }
        if let extent = changes.inFolder(path),
            let renewed = source.renewed(contents, of: self, groups: reloaded, extent: extent)
        {
            // Programs look at the time of a directory to see whether its members have changed.
            return CatalogueGroup(self, contents: renewed, modified: Self.now)
        }
        guard zip(groups, reloaded).contains(where: { $0 !== $1 }) else { return self }
        return CatalogueGroup(self, contents: GroupContents(contents, groups: reloaded), modified: modified)
    }

    private static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec), offsetMinutes: 0)
    }

    /// It is gone: nothing of it counts any more.
    func retire() {
        made.load()?.retire()
    }
}
