import Support
import Synchronization

/// How much of a store a catalogue has listed and learned so far.
public struct CatalogueCounts: Sendable, Equatable {
    /// Groups that were listed.
    public internal(set) var groups = 0
    /// Recordings that were found, whether they can be served or not.
    public internal(set) var recordings = 0
    /// Those of them that were learned and can be served.
    public internal(set) var learned = 0
    /// Those of them that are not learned yet.
    public internal(set) var waiting = 0
    /// Recordings that cannot be served, and nodes that cannot be read.
    public internal(set) var problems = 0
    /// Bytes of the WAV files of the learned recordings together, at most `UInt64.max`.
    public internal(set) var waveByteCount: UInt64 = 0

    mutating func add(_ other: CatalogueCounts) {
        groups += other.groups
        recordings += other.recordings
        learned += other.learned
        waiting += other.waiting
        problems += other.problems
        waveByteCount = waveByteCount.adding(other.waveByteCount) ?? .max
    }

    mutating func subtract(_ other: CatalogueCounts) {
        groups -= other.groups
        recordings -= other.recordings
        learned -= other.learned
        waiting -= other.waiting
        problems -= other.problems
        waveByteCount = waveByteCount.subtracting(other.waveByteCount) ?? 0
    }

    mutating func addLearned(byteCount: UInt64) {
        learned += 1
        waveByteCount = waveByteCount.adding(byteCount) ?? .max
    }
}

/// Coordinates requests for parts of a catalogue with the background pass that learns all of it, and counts what both
/// do.
final class CatalogueProgress: Sendable {
    private let counted = Mutex(CatalogueCounts())
    /// The group that was last asked for a recording that was not learned yet.
    private let wanted = Mutex(Wanted())
    /// Weak, since a group's contents hold this object.
    private struct Wanted {
        weak var contents: GroupContents?
    }

    private let urgentListings = Atomic<Int>(0)
    /// Listings in which something could not be read.
    private let unreadListings = Atomic<Int>(0)
    /// When somebody last looked whether it can be read by now.
    private let lastLook = Mutex<ContinuousClock.Instant?>(nil)
    /// Recordings that can be served and could not be served before.
    private let healed = Atomic<Int>(0)

    /// The paths of nodes that were members of groups and are not any more, or are other ones, and how often others were given their place.
    private let departed = Mutex<(paths: Set<String>, lastRevision: UInt32)>(([], 0))

    var counts: CatalogueCounts { counted.withLock { $0 } }

    /// Records that the node at `path` is gone, or is another one.
    func depart(_ path: String) {
        departed.withLock { _ = $0.paths.insert(path) }
    }

    /// What distinguishes a node that was now found at `path` from one that was there earlier; nil if there was none.
    func revision(of path: String) -> UInt32? {
        departed.withLock { departed in
            guard departed.paths.contains(path) else { return nil }
            departed.lastRevision &+= 1
            return departed.lastRevision
        }
    }

    func count(_ body: (inout CatalogueCounts) -> Void) {
        counted.withLock { body(&$0) }
    }

    /// Records that a request waits for recordings of `contents`, which the background pass then learns first.
    func want(_ contents: GroupContents) {
        wanted.withLock { $0.contents = contents }
    }

    /// A page of recordings that a request waits for, to be learned before all others; nil if there is none.
    func takeWantedPage() -> (contents: GroupContents, page: Int)? {
        guard let contents = wanted.withLock({ $0.contents }) else { return nil }
        if let page = contents.takePageToHelp() { return (contents, page) }
        wanted.withLock { if $0.contents === contents { $0.contents = nil } }
        return nil
    }

    /// Records that a recording can be served that could not be served before.
    func addHealed() { healed.add(1, ordering: .relaxed) }

    /// How many recordings can be served that could not be served before.
    var healedCount: Int { healed.load(ordering: .relaxed) }

    /// Records a listing in which something could not be read.
    func addUnread() { unreadListings.add(1, ordering: .relaxed) }

    /// Another listing has taken the place of one in which something could not be read.
    func removeUnread() { unreadListings.subtract(1, ordering: .relaxed) }

    /// Whether there is a listing in which something could not be read.
    var hasUnread: Bool { unreadListings.load(ordering: .relaxed) > 0 }

    /// Whether it is time to look whether what could not be read can be read by now: for one thread a second, since all groups are gone
    /// through.
    func takeLook() -> Bool {
        guard hasUnread else { return false }
        return lastLook.withLock { last in
            let now = ContinuousClock.now
            if let last, now - last < .seconds(1) { return false }
            last = now
            return true
        }
    }

    /// Runs `body`, which lists a group that a request waits for; the background pass pauses meanwhile.
    func listing<T>(_ body: () -> T) -> T {
        urgentListings.add(1, ordering: .relaxed)
        defer { urgentListings.subtract(1, ordering: .relaxed) }
        return body()
    }

    /// Whether a request waits for a group to be listed.
    var isListingUrgent: Bool { urgentListings.load(ordering: .relaxed) > 0 }
}
