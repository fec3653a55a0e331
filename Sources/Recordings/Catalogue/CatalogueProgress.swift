import Support
import Synchronization

/// How much of a store a catalogue knows by now.
public struct CatalogueCounts: Sendable, Equatable {
    /// Groups that were listed.
    public internal(set) var groups = 0
    /// Recordings that were found, whether they can be served or not.
    public internal(set) var recordings = 0
    /// Those of them that were learned and can be served.
    public internal(set) var learned = 0
    /// Those of them that are not learned yet.
    public internal(set) var waiting = 0
    /// Those of them that cannot be served, and what cannot be looked into.
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

    mutating func addLearned(byteCount: UInt64) {
        learned += 1
        waveByteCount = waveByteCount.adding(byteCount) ?? .max
    }
}

/// What those who ask for parts of a catalogue and those who learn all of it in the background know of each other.
final class CatalogueProgress: Sendable {
    private let counted = Mutex(CatalogueCounts())
    /// The group whose recordings somebody asked for last, before they were learned.
    private let wanted = Mutex(Wanted())
    /// Weak: what is in a group holds this.
    private struct Wanted {
        weak var contents: GroupContents?
    }

    private let urgentListings = Atomic<Int>(0)

    var counts: CatalogueCounts { counted.withLock { $0 } }

    func count(_ body: (inout CatalogueCounts) -> Void) {
        counted.withLock { body(&$0) }
    }

    /// Takes note that somebody waits for recordings of `contents`: whoever learns in the background helps.
    func want(_ contents: GroupContents) {
        wanted.withLock { $0.contents = contents }
    }

    /// A page of recordings that somebody waits for, to be learned before all others; nil if there is none.
    func takeWantedPage() -> (contents: GroupContents, page: Int)? {
        guard let contents = wanted.withLock({ $0.contents }) else { return nil }
        if let page = contents.takePageToHelp() { return (contents, page) }
        wanted.withLock { if $0.contents === contents { $0.contents = nil } }
        return nil
    }

    /// Runs `body`, which lists a group that somebody waits for; whoever learns in the background pauses meanwhile.
    func listing<T>(_ body: () -> T) -> T {
        urgentListings.add(1, ordering: .relaxed)
        defer { urgentListings.subtract(1, ordering: .relaxed) }
        return body()
    }

    /// Whether somebody waits for a group to be listed.
    var isListingUrgent: Bool { urgentListings.load(ordering: .relaxed) > 0 }
}
