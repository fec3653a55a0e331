import Support
import Zarr

/// Supplies a catalogue with groups and recordings. Safe to call from any thread.
protocol CatalogueSource: Sendable {
    /// What is read of recordings is kept there; nil if they are not read from a store.
    var readCache: BlockCache? { get }

    /// How many requests for groups and recordings are answered at once, if each takes a round trip to another machine; nil if it takes none.
    var requestsAtOnce: Int? { get }

    /// The contents of `group`: a single problem if it cannot be listed.
    func contents(of group: CatalogueGroup) -> GroupContents

    /// The members of `group`, of which `contents` are those that were listed last, as they are now; nil if they are the same, as far as
    /// `extent` is concerned. `groups` take the places of its groups.
    func renewed(
        _ contents: GroupContents, of group: CatalogueGroup, groups: [CatalogueGroup], extent: NoticedChanges.Extent
    ) -> GroupContents?

    /// Looks at everything anew from now on.
    func forget()

    /// Records that a recording is not what a catalogue says of it.
    func noteDisproof()

    /// Whether groups were listed, since the last call of `forget`, as a catalogue has them that may be stale, or is.
    var mayBeStale: Bool { get }

    /// Whether the node at `path` can be read, and listed if it is a group.
    func isReadable(_ path: String) -> Bool

    /// The facts of the recording at `path`, which was an array when it was found if `isArray`.
    func learn(_ path: String, isArray: Bool) throws(RecordingError) -> RecordingFacts

    /// Frees the memory that was kept for learning, once everything is learned.
    func endLearning()

    /// The recording of which `facts` are known, opened when it is read.
    func recording(_ facts: RecordingFacts) -> Recording

    /// The recording at `path`, opened without looking at any other; nil if listing the groups on the way, from the one
    /// at `root` on, would not show it.
    func recording(at path: String, below root: String) throws(RecordingError) -> Recording?
}
