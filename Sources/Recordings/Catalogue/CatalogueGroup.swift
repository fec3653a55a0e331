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

    init(
        path: String, modified: Timestamp?, depth: Int = 0, source: any CatalogueSource, progress: CatalogueProgress
    ) {
        self.path = path
        self.modified = modified
        self.depth = depth
        self.source = source
        self.progress = progress
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
}
