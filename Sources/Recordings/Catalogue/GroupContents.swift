import Support
import Synchronization

/// The members of a group: recordings, groups, and nodes that cannot be read.
///
/// The members never change. Recordings are numbered in the order of their names in the store, and each is learned when
/// it is first asked for. If something could not be read that may be a member, a later listing may have it. Safe to use from any thread.
public final class GroupContents: Sendable {
    /// A member of a group.
    public enum Member: Sendable {
        /// A recording, by its number.
        case recording(Int)
        case group(CatalogueGroup)
        /// A node that cannot be read, and why.
        case problem(RecordingError)
    }

    /// The path of the group; empty for the store's root.
    let path: String
    /// How many recordings there are, whether they can be served or not.
    public let recordingCount: Int
    /// Whether the WAV file of a recording may be a source file whose SHA-256 is known. No recording is learned for this.
    public let mayRestoreSources: Bool
    /// The counts of this group when it was listed.
    let countsWhenListed: CatalogueCounts

    let pages: [RecordingPage]
    /// Folders of the group that are no members, by their names, with the versions of their documents.
    let ignored: [String: UInt64]
    /// What distinguishes recordings from others that had the same path earlier, by the names of their nodes; that of the group counts for
    /// those that are not here.
    let revisions: [String: UInt32]
    private let groupRevision: UInt32
    /// The number of the first recording of each page.
    private let firsts: [Int]
    /// The members that are not recordings, and how many recordings come before each.
    private let others: [(place: Int, member: Member)]
    /// What may be members and could not be read; nil if there is no such thing.
    private let unread: UnreadNodes?
    private let source: any CatalogueSource
    private let progress: CatalogueProgress
    private let nextPageToHelp = Atomic<Int>(0)
    /// The names of the nodes of the recordings that were found to be rewritten.
    private let relearned: Mutex<Set<String>>
    /// The names of the nodes of the recordings that are not what a catalogue said of them.
    private let disproved = Mutex<Set<String>>([])

    /// Consecutive members of a group in the order of their names.
    struct Part: Sendable {
        let page: RecordingPage?
        let counts: CatalogueCounts
        let mayRestoreSources: Bool
        /// The members that are not recordings, and how many recordings of this part come before each.
        let others: [(place: Int, member: Member)]
        /// What may be members and could not be read.
        let unread: [UnreadNodes.Node]

        /// The recordings of `page`, which are counted already, and `others`.
        init(_ page: RecordingPage, others: [(place: Int, member: Member)]) {
            self.page = page
            self.others = others
            counts = CatalogueCounts()
            mayRestoreSources = page.mayRestoreSources
            unread = []
        }

        /// The recordings of `draft`, and `others`.
        init(
            _ draft: consuming RecordingPage.Draft, others: [(place: Int, member: Member)] = [],
            unread: [UnreadNodes.Node] = []
        ) {
            counts = draft.counts
            mayRestoreSources = draft.mayRestoreSources
            page = draft.count == 0 ? nil : RecordingPage(draft)
            self.others = others
            self.unread = unread
        }
    }

    /// The members of `group`, which are those of `parts`.
    init(
        of group: CatalogueGroup, _ parts: [Part], source: any CatalogueSource, ignored: [String: UInt64] = [:],
        revisions: [String: UInt32] = [:], relearned: Set<String> = []
    ) {
        path = group.path
        self.relearned = Mutex(relearned)
        self.ignored = ignored
        self.revisions = revisions
        groupRevision = group.revision
        self.source = source
        progress = group.progress
        var pages: [RecordingPage] = []
        var firsts: [Int] = []
        var others: [(place: Int, member: Member)] = []
        var counts = CatalogueCounts()
        var recordingCount = 0
        for part in parts {
            others += part.others.map { (place: recordingCount + $0.place, member: $0.member) }
            counts.add(part.counts)
            guard let page = part.page else { continue }
            pages.append(page)
            firsts.append(recordingCount)
            recordingCount += page.count
        }
        counts.groups = 1
        for case .problem in others.lazy.map(\.member) { counts.problems += 1 }
        self.pages = pages
        self.firsts = firsts
        self.others = others
        self.recordingCount = recordingCount
        unread = UnreadNodes(parts.flatMap(\.unread))
        mayRestoreSources = parts.contains(where: \.mayRestoreSources)
        countsWhenListed = counts
        if unread != nil { progress.addUnread() }
    }

    /// The members of `other`, with `groups` in the place of its groups, which are as many.
    init(_ other: GroupContents, groups: [CatalogueGroup]) {
        path = other.path
        ignored = other.ignored
        revisions = other.revisions
        groupRevision = other.groupRevision
        source = other.source
        progress = other.progress
        pages = other.pages
        firsts = other.firsts
        recordingCount = other.recordingCount
        unread = other.unread
        mayRestoreSources = other.mayRestoreSources
        relearned = Mutex(other.relearnedNames)
        countsWhenListed = other.countsWhenListed
        var rest = groups[...]
        others = other.others.map { member in
            guard case .group = member.member, let group = rest.popFirst() else { return member }
            return (member.place, .group(group))
        }
    }

    // MARK: - Looking again

    /// Whether a later listing may show more than this one, or it is not known for good which recordings can be served.
    public var isUnsettled: Bool {
        if let unread, unread.mayAppear { return true }
        let counts = progress.counts
        return counts.problems + counts.waiting > 0 && pages.contains { $0.isUnsettled }
    }

    /// How many recordings of the store are served that could not be served at first, or were found to be rewritten: what followed from
    /// all facts of the group must be found out anew if this has changed.
    public var healedCount: Int { progress.healedCount }

    /// Whether something that could not be read when the group was listed can be read now.
    var hasMore: Bool { unread?.haveAppeared(source.isReadable) ?? false }

    /// What is known of the recordings that are learned, by the names of their nodes, for a listing that takes the place of this one. What is
    /// learned here from now on does not count.
    func handOver() -> [String: KnownRecording] {
        if unread != nil { progress.removeUnread() }
        var known: [String: KnownRecording] = [:]
        var counts = CatalogueCounts()
        counts.groups = 1
        counts.recordings = recordingCount
        for case .problem in others.lazy.map(\.member) { counts.problems += 1 }
        for page in pages {
            let learned = page.learnedFacts
            for (slot, packed, isUnproven) in learned {
                let name = page.names.text(at: slot)
                guard let facts = RecordingFacts(packed: packed, path: path(ofNode: name)) else { continue }
                let recording = KnownRecording(facts, stamp: page.stamps[slot])
                if !isUnproven { known[name] = recording }
                counts.addLearned(byteCount: (try? recording.waveByteCount.get()) ?? 0)
            }
            counts.problems += page.problemCount
            counts.waiting += page.count - learned.count - page.problemCount
            _ = page.retire()
        }
        progress.count { $0.subtract(counts) }
        return known
    }

    /// Another listing takes the place of this one.
    func leaveUnread() {
        if unread != nil { progress.removeUnread() }
    }

    /// The recordings of the page `index`, which others take the place of, and which no longer count.
    func retirePage(_ index: Int) -> [RecordingPage.Slot] {
        let slots = pages[index].retire()
        var gone = CatalogueCounts()
        for slot in slots { gone.add(slot.counts) }
        progress.count { $0.subtract(gone) }
        return slots
    }

    /// The group is gone, with all that is in it: nothing of it counts any more.
    func retire() {
        leaveUnread()
        for index in pages.indices { _ = retirePage(index) }
        var gone = CatalogueCounts()
        gone.groups = 1
        gone.problems = problems.count
        progress.count { $0.subtract(gone) }
        for group in groups { group.retire() }
    }

    // MARK: - Members

    /// Why nodes cannot be read.
    var problems: [RecordingError] {
        others.compactMap { other in
            guard case .problem(let problem) = other.member else { return nil }
            return problem
        }
    }

    /// The groups, in the order of their names in the store.
    public var groups: [CatalogueGroup] {
        others.compactMap { other in
            guard case .group(let group) = other.member else { return nil }
            return group
        }
    }

    /// The names of the nodes of its recordings and groups.
    var memberNames: [String] {
        groups.map(\.name) + pages.flatMap { page in (0..<page.count).map { page.names.text(at: $0) } }
    }

    /// The members from `position` on in the order of their names; `position` is moved past the one that is returned.
    func nextMember(_ position: inout Position) -> Member? {
        if position.other < others.count, others[position.other].place <= position.recording {
            defer { position.other += 1 }
            return others[position.other].member
        }
        guard position.recording < recordingCount else { return nil }
        defer { position.recording += 1 }
        return .recording(position.recording)
    }

    /// How many recordings and how many other members come before a member.
    struct Position {
        fileprivate var recording = 0
        fileprivate var other = 0
    }

    // MARK: - Recordings

    /// The name of the node of the recording `number`.
    func name(of number: Int) -> String {
        let (page, slot) = place(of: number)
        return pages[page].names.text(at: slot)
    }

    /// The path of the recording `number` in the store.
    public func path(of number: Int) -> String { path(ofNode: name(of: number)) }

    /// What distinguishes the recording `number` from others that had the same path earlier in this process; 0 if there were none.
    public func revision(of number: Int) -> UInt32 {
        revisions.isEmpty ? groupRevision : revisions[name(of: number)] ?? groupRevision
    }

    /// The recording whose node is called `name`.
    public func recording(named name: String) -> Int? {
        let name = Array(name.utf8)
        for (page, first) in zip(pages, firsts) {
            if let slot = (0..<page.count).first(where: { page.names.compare($0, with: name) == 0 }) {
                return first + slot
            }
        }
        return nil
    }

    /// What the file name of the recording `number` follows from: the name of its source, and its number in an audio
    /// group. The recording need not be learned for this.
    public func naming(of number: Int) -> (sourceName: String, number: UInt64?) {
        let (index, slot) = place(of: number)
        let page = pages[index]
        return (page.sourceNames.text(at: slot), page.isArray(slot) ? nil : UInt64(page.names.text(at: slot)))
    }

    /// The size and the time of the WAV file of the recording `number`, which is learned now if it is not yet. Throws,
    /// at nearly every call, if the recording cannot be served: now and then, that is tried again.
    public func status(of number: Int) throws(RecordingError) -> WaveFileStatus {
        guard let status = WaveFileStatus(packed: try packedFacts(of: number)) else {
            throw RecordingError("what was learned of it is lost", recording: path(of: number))
        }
        return status
    }

    /// The facts of the recording `number`, learned now if they are not yet.
    public func facts(of number: Int) throws(RecordingError) -> RecordingFacts {
        let path = path(of: number)
        guard let facts = RecordingFacts(packed: try packedFacts(of: number), path: path) else {
            throw RecordingError("what was learned of it is lost", recording: path)
        }
        return facts
    }

    /// Learns the recording `number` anew when it is next asked for, since it was rewritten.
    public func relearn(_ number: Int) {
        let (page, slot) = place(of: number)
        guard source.isReadable(path(of: number)), let forgotten = pages[page].forget(slot) else { return }
        let name = pages[page].names.text(at: slot)
        relearned.withLock { _ = $0.insert(name) }
        let byteCount = WaveFileStatus(packed: forgotten)?.byteCount ?? 0
        progress.count { counts in
            counts.learned -= 1
            counts.waiting += 1
            counts.waveByteCount = counts.waveByteCount.subtracting(byteCount) ?? 0
        }
        progress.addHealed()
    }

    /// Whether `relearn` was called for the recording `number`: what was said of it before may be wrong now.
    public func wasRelearned(_ number: Int) -> Bool {
        let name = name(of: number)
        return relearned.withLock { $0.contains(name) }
    }

    /// The names of the nodes for whose recordings `relearn` was called.
    var relearnedNames: Set<String> { relearned.withLock { $0 } }

    /// The recording `number`, learned now if it is not yet, and opened when it is read.
    public func recording(_ number: Int) throws(RecordingError) -> Recording {
        source.recording(try facts(of: number))
    }

    private func packedFacts(of number: Int) throws(RecordingError) -> ArraySlice<UInt8> {
        let (page, slot) = place(of: number)
        return try pages[page].facts(
            of: slot,
            learn: { isRetry in
                if !isRetry { progress.want(self) }
                return learn(slot, of: pages[page])
            }, count: count)
    }

    private func place(of number: Int) -> (page: Int, slot: Int) {
        // The last page whose first recording has this number or a lower one.
        var (low, high) = (0, firsts.count)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if firsts[middle] <= number { low = middle } else { high = middle }
        }
        return (low, number - firsts[low])
    }

    private func path(ofNode name: String) -> String { path.isEmpty ? name : "\(path)/\(name)" }

    // MARK: - Learning

    var pageCount: Int { pages.count }

    /// Learns the recordings in `page` that are not learned yet, and those of which only a catalogue says something, unless the work is
    /// cancelled. `pause` is called before each.
    func learnPage(_ index: Int, beforeEach pause: () -> Void) {
        let page = pages[index]
        // Backwards: a thread that lists the directory forwards meanwhile then need not wait for every recording in
        // turn.
        for slot in (0..<page.count).reversed() where !Cancellation.isRequested {
            if let claimed = page.unprovenFacts(of: slot) {
                pause()
                prove(claimed, of: slot, in: page)
            }
            _ = try? page.facts(
                of: slot,
                learn: { _ in
                    pause()
                    return learn(slot, of: page)
                }, count: count)
        }
    }

    /// Compares the packed facts that a catalogue `claimed` of the recording at `slot` with the recording. If it is another one, or cannot be
    /// served, the next listing finds it anew.
    private func prove(_ claimed: ArraySlice<UInt8>, of slot: Int, in page: RecordingPage) {
        let name = page.names.text(at: slot)
        let path = path(ofNode: name)
        let result = learn(slot, of: page)
        if case .failure(let error) = result, error.isCancellation { return }
        if let facts = (try? result.get()).flatMap({ RecordingFacts(packed: $0[...], path: path) }),
            RecordingFacts(packed: claimed, path: path)?.areSame(as: facts) == true
        {
            return page.noteProof(of: slot)
        }
        disproved.withLock { _ = $0.insert(name) }
        source.noteDisproof()
    }

    /// Whether the recording whose node is called `name` is not what a catalogue said of it.
    func isDisproved(_ name: String) -> Bool { disproved.withLock { $0.contains(name) } }

    /// The next page that no background thread has taken yet; nil if all are taken.
    func takePageToHelp() -> Int? {
        let page = nextPageToHelp.add(1, ordering: .relaxed).oldValue
        return page < pages.count ? page : nil
    }

    private func learn(_ slot: Int, of page: RecordingPage) -> Result<[UInt8], RecordingError> {
        let path = path(ofNode: page.names.text(at: slot))
        do throws(Cancelled) {
            try Cancellation.check()
        } catch {
            return .failure(RecordingError("is not examined", recording: path, cause: error))
        }
        do throws(RecordingError) {
            let facts = try source.learn(path, isArray: page.isArray(slot))
            _ = try facts.waveByteCount()
            return .success(facts.packed)
        } catch {
            return .failure(error)
        }
    }

    /// Counts a recording that was learned, or could not be.
    private func count(isRetry: Bool, byteCount: UInt64?) {
        progress.count { counts in
            if isRetry { counts.problems -= 1 } else { counts.waiting -= 1 }
            if let byteCount { counts.addLearned(byteCount: byteCount) } else { counts.problems += 1 }
        }
        if isRetry, byteCount != nil { progress.addHealed() }
    }
}
