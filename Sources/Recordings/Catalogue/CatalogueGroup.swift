public import Support
import Synchronization

/// A group of a store. It is listed when its contents are first asked for.
public final class CatalogueGroup: Sendable {
    /// Its path in the store, without a leading slash; empty for the store's root.
    public let path: String
    /// When its document was last written, if that is known.
    public let modified: Timestamp?
    /// How many groups it is nested in, counted from the catalogue's root.
    let depth: Int
    let progress: CatalogueProgress
    private let source: any CatalogueSource
    private let making = SingleFlight<GroupContents>()
    /// The contents once they are made. They are read very often, and so without a lock.
    private let made = AtomicLazyReference<GroupContents>()
    /// An earlier listing, which this object's takes the place of; nil if there is none.
    private let previous: Mutex<GroupContents?>

    /// A group that is to be listed, in the place of an earlier listing if `previous` is one.
    init(
        path: String, modified: Timestamp?, depth: Int = 0, source: any CatalogueSource, progress: CatalogueProgress,
        previous: GroupContents? = nil
    ) {
        self.path = path
        self.modified = modified
        self.depth = depth
        self.source = source
        self.progress = progress
        self.previous = Mutex(previous)
    }

    /// This group with `contents`.
    private convenience init(_ group: CatalogueGroup, contents: GroupContents) {
        self.init(
            path: group.path, modified: group.modified, depth: group.depth, source: group.source,
            progress: group.progress)
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
                progress.count { $0.add(contents.countsWhenListed) }
                return made.storeIfNil(contents)
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
                path: path, modified: modified, depth: depth, source: source, progress: progress, previous: contents)
        }
        let groups = contents.groups
        let renewed = groups.map { $0.renewed() }
        guard zip(groups, renewed).contains(where: { $0 !== $1 }) else { return self }
        return CatalogueGroup(self, contents: GroupContents(contents, groups: renewed))
    }
}
