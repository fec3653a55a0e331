import Support
import Synchronization

/// Up to 64 recordings of one group, in a few pieces of memory rather than an object for each.
///
/// A recording is found first: the page then has its name. Once it is learned, the page has its facts. Safe to use from any thread.
final class RecordingPage: Sendable {
    static let capacity = 64

    /// The names of the recordings' nodes.
    let names: ByteRows
    /// The names of the recordings' sources.
    let sourceNames: ByteRows
    /// For each recording the version of its document when it was found, or `GroupListing.unknownStamp`.
    let stamps: [UInt64]
    /// Whether the WAV file of a recording may be a source file whose SHA-256 is known.
    let mayRestoreSources: Bool
    /// A bit for each recording that is an array that stands by itself.
    private let arrays: UInt64
    private let state: Mutex<State>

    private struct State {
        /// The packed facts of those that are learned, in the order in which they were learned.
        var learned: ByteRows
        /// For each the row in `learned`; below zero if there is none.
        var rows: [Int8]
        /// Why recordings cannot be served. Such a recording may have no facts.
        var problems: [Int: Problem]
        /// Those that are being learned, and the threads that wait for them.
        var flights: [Int: SingleFlight<Void>] = [:]
        var waitingCount: Int
        /// A bit for each recording of which nothing but what a catalogue says is known.
        var unproven: UInt64
        /// Whether another page has taken the place of this one, whose recordings no longer count.
        var isRetired = false

        static let none: Int8 = -1

        func isUnproven(_ slot: Int) -> Bool { unproven >> UInt64(slot) & 1 != 0 }

        /// Removes the rows of what was forgotten if there are many.
        mutating func makeRoom() {
            guard learned.count >= 2 * RecordingPage.capacity - 1 else { return }
            var kept = ByteRows()
            for slot in rows.indices where rows[slot] >= 0 {
                let row = Int(rows[slot])
                rows[slot] = Int8(kept.count)
                kept.append(learned[row])
            }
            learned = kept
        }
    }

    fileprivate struct Problem {
        let error: RecordingError
        /// When it is learned again; nil if its facts are the problem.
        var delay: RetryDelay?
    }

    /// A page being filled.
    struct Draft {
        private(set) var counts = CatalogueCounts()
        fileprivate var names = ByteRows()
        fileprivate var sourceNames = ByteRows()
        fileprivate var arrays: UInt64 = 0
        fileprivate var stamps: [UInt64] = []
        fileprivate var learned = ByteRows()
        fileprivate var rows: [Int8] = []
        fileprivate var problems: [Int: Problem] = [:]
        fileprivate var unproven: UInt64 = 0
        /// Whether the WAV file of a recording may be a source file whose SHA-256 is known.
        private(set) var mayRestoreSources = false

        /// How many recordings there are; no more than `capacity` may be added.
        var count: Int { rows.count }

        /// Adds the recording called `name`, to be learned, which was `found`.
        mutating func add(_ name: String, found: FoundRecording) {
            add(name, sourceName: found.sourceName, isArray: found.isArray, stamp: found.stamp)
            rows.append(State.none)
            counts.waiting += 1
            if found.mayRestoreSource { mayRestoreSources = true }
        }

        /// Adds a recording that was learned before.
        mutating func add(_ known: KnownRecording) {
            add(known.name, sourceName: known.sourceName, isArray: known.isArray, stamp: known.stamp)
            switch known.waveByteCount {
            case .success(let byteCount): counts.addLearned(byteCount: byteCount)
            case .failure(let problem):
                problems[count] = Problem(error: problem)
                counts.problems += 1
            }
            if known.isUnproven { unproven |= 1 << UInt64(count) }
            rows.append(Int8(learned.count))
            learned.append(known.facts)
            if known.restoresSource { mayRestoreSources = true }
        }

        /// Adds a recording of another page, with all that is known of it.
        mutating func add(_ slot: Slot) {
            if let problem = slot.problem { problems[count] = problem }
            counts.add(slot.counts)
            counts.recordings -= 1
            add(slot.name, sourceName: slot.sourceName, isArray: slot.isArray, stamp: slot.stamp)
            if slot.isUnproven { unproven |= 1 << UInt64(count) }
            rows.append(slot.learned == nil ? State.none : Int8(learned.count))
            if let facts = slot.learned { learned.append(facts) }
            if slot.mayRestoreSource { mayRestoreSources = true }
        }

        private mutating func add(_ name: String, sourceName: String, isArray: Bool, stamp: UInt64) {
            names.append(name)
            sourceNames.append(sourceName)
            stamps.append(stamp)
            if isArray { arrays |= 1 << UInt64(count) }
            counts.recordings += 1
        }
    }

    init(_ draft: consuming Draft) {
        draft.names.trim()
        draft.sourceNames.trim()
        draft.learned.trim()
        names = draft.names
        stamps = draft.stamps
        sourceNames = draft.sourceNames
        arrays = draft.arrays
        mayRestoreSources = draft.mayRestoreSources
        state = Mutex(
            State(
                learned: draft.learned, rows: draft.rows, problems: draft.problems,
                waitingCount: draft.counts.waiting, unproven: draft.unproven))
    }

    /// How many recordings there are.
    var count: Int { names.count }

    /// A recording of a page that another page takes over, with all that is known of it.
    struct Slot: Sendable {
        fileprivate let name: String
        fileprivate let sourceName: String
        fileprivate let isArray: Bool
        fileprivate let stamp: UInt64
        fileprivate let mayRestoreSource: Bool
        fileprivate let learned: ArraySlice<UInt8>?
        fileprivate let problem: Problem?
        fileprivate let isUnproven: Bool

        /// It alone.
        var counts: CatalogueCounts {
            var counts = CatalogueCounts()
            counts.recordings = 1
            if problem != nil {
                counts.problems = 1
            } else if let learned {
                counts.addLearned(byteCount: WaveFileStatus(packed: learned)?.byteCount ?? 0)
            } else {
                counts.waiting = 1
            }
            return counts
        }
    }

    /// The recordings, for pages that take the place of this one. From now on, nothing that is learned here counts.
    func retire() -> [Slot] {
        state.withLock { state in
            state.isRetired = true
            return state.rows.indices.map { slot in
                let row = Int(state.rows[slot])
                return Slot(
                    name: names.text(at: slot), sourceName: sourceNames.text(at: slot), isArray: isArray(slot),
                    stamp: stamps[slot], mayRestoreSource: mayRestoreSources,
                    learned: row < 0 ? nil : state.learned[row], problem: state.problems[slot],
                    isUnproven: state.isUnproven(slot))
            }
        }
    }

    /// Whether a recording is not learned yet, or is learned again if it is asked for, since it cannot be served.
    var isUnsettled: Bool {
        state.withLock { $0.waitingCount > 0 || $0.problems.values.contains { $0.delay != nil } }
    }

    /// How many recordings cannot be served.
    var problemCount: Int { state.withLock { $0.problems.count } }

    /// The packed facts of those that are learned, and whether nothing but what a catalogue says is known of them.
    var learnedFacts: [(slot: Int, facts: ArraySlice<UInt8>, isUnproven: Bool)] {
        state.withLock { state in
            state.rows.indices.compactMap { slot in
                guard state.rows[slot] >= 0, state.problems[slot] == nil else { return nil }
                return (slot, state.learned[Int(state.rows[slot])], state.isUnproven(slot))
            }
        }
    }

    /// Whether the recording at `slot` is an array that stands by itself.
    func isArray(_ slot: Int) -> Bool { arrays >> UInt64(slot) & 1 != 0 }

    /// Learns what a recording is, and packs its facts. `isRetry` says that this failed before.
    typealias Learn = (_ isRetry: Bool) -> Result<[UInt8], RecordingError>

    /// Counts what was learned, by the size of the WAV file, or that it could not be.
    typealias Count = (_ isRetry: Bool, _ byteCount: UInt64?) -> Void

    /// The packed facts of the recording at `slot`, learned now by `learn` if they are not yet; if several threads ask
    /// at once, they are learned once, and counted by `count`. If they cannot be learned, this is tried again, but not at every call.
    func facts(of slot: Int, learn: Learn, count: Count) throws(RecordingError) -> ArraySlice<UInt8> {
        while true {
            switch turn(slot) {
            case .take(let facts): return facts
            case .fail(let problem): throw problem
            case .learn(let flight, let isRetry):
                try flight.get { () throws(RecordingError) in
                    let result = learn(isRetry)
                    // That nobody waited for the result says nothing about the recording.
                    if case .failure(let error) = result, error.isCancellation { throw error }
                    settle(slot, result, isRetry: isRetry, count)
                }
            }
        }
    }

    /// Forgets the facts of the recording at `slot`, which are learned when they are next needed. Returns what is forgotten; nil if they are
    /// not learned, or if another page has taken the place of this one.
    func forget(_ slot: Int) -> ArraySlice<UInt8>? {
        state.withLock { state in
            let row = Int(state.rows[slot])
            guard !state.isRetired, row >= 0, state.problems[slot] == nil else { return nil }
            state.rows[slot] = State.none
            state.waitingCount += 1
            state.unproven &= ~(1 << UInt64(slot))
            return state.learned[row]
        }
    }

    /// The facts of the recording at `slot`, if nothing but what a catalogue says is known of it.
    func unprovenFacts(of slot: Int) -> ArraySlice<UInt8>? {
        state.withLock { state in
            let row = Int(state.rows[slot])
            return state.isUnproven(slot) && !state.isRetired && row >= 0 ? state.learned[row] : nil
        }
    }

    /// Records that the recording at `slot` is what the catalogue says of it.
    func noteProof(of slot: Int) { state.withLock { $0.unproven &= ~(1 << UInt64(slot)) } }

    private enum Turn: Sendable {
        case take(ArraySlice<UInt8>)
        case fail(RecordingError)
        case learn(SingleFlight<Void>, isRetry: Bool)
    }

    private func turn(_ slot: Int) -> Turn {
        state.withLock { state in
            let problem = state.problems[slot]
            if let problem, problem.delay?.isOver != true { return .fail(problem.error) }
            let row = Int(state.rows[slot])
            guard row < 0 else { return .take(state.learned[row]) }
            let flight = state.flights[slot] ?? SingleFlight()
            state.flights[slot] = flight
            return .learn(flight, isRetry: problem != nil)
        }
    }

    private func settle(_ slot: Int, _ result: Result<[UInt8], RecordingError>, isRetry: Bool, _ count: Count) {
        let byteCount = (try? result.get()).flatMap { WaveFileStatus(packed: $0[...])?.byteCount }
        state.withLock { state in
            if !state.isRetired { count(isRetry, byteCount) }
            state.flights[slot] = nil
            let previous = state.problems.removeValue(forKey: slot)
            if previous == nil { state.waitingCount -= 1 }
            switch result {
            case .success(let facts):
                state.makeRoom()
                state.rows[slot] = Int8(state.learned.count)
                state.learned.append(facts)
            case .failure(let error):
                var delay = previous?.delay
                delay?.extend()
                state.problems[slot] = Problem(error: error, delay: delay ?? RetryDelay())
            }
            guard state.waitingCount == 0, state.problems.values.allSatisfy({ $0.delay == nil }) else { return }
            state.learned.trim()
        }
    }
}

/// What the listing of a group says of a recording that is to be learned.
struct FoundRecording: Sendable {
    /// The name of its source.
    let sourceName: String
    /// Whether it is an array that stands by itself.
    let isArray: Bool
    /// Whether its WAV file may be a source file whose SHA-256 is known.
    let mayRestoreSource: Bool
    /// The version of its document when it was found, or `GroupListing.unknownStamp`.
    let stamp: UInt64
}

/// A recording that was learned before its group was listed.
struct KnownRecording: Sendable {
    /// The name of its node.
    let name: String
    /// The name of its source.
    let sourceName: String
    let isArray: Bool
    /// Whether its WAV file is a source file whose SHA-256 is known.
    let restoresSource: Bool
    /// Its facts, packed.
    let facts: [UInt8]
    /// Bytes of its WAV file, or why it cannot be served.
    let waveByteCount: Result<UInt64, RecordingError>
    /// The version of its document when it was found, or `GroupListing.unknownStamp`.
    private(set) var stamp: UInt64

    /// Whether nothing but what a catalogue says is known of it, which is to be compared with the recording later.
    private(set) var isUnproven = false

    /// The same, of which nothing but this is known.
    var unproven: KnownRecording {
        var recording = self
        recording.isUnproven = true
        return recording
    }

    /// The same, whose document has the version `stamp`.
    func stamped(_ stamp: UInt64) -> KnownRecording {
        var recording = self
        recording.stamp = stamp
        return recording
    }

    /// The recording of which `facts` are known, and whose document had the version `stamp`.
    init(_ facts: RecordingFacts, stamp: UInt64 = GroupListing.unknownStamp) {
        self.stamp = stamp
        name = facts.name
        sourceName = facts.sourceName
        isArray = facts.isArray
        restoresSource = facts.restoresSource && facts.sourceSHA256 != nil
        self.facts = facts.packed
        waveByteCount = Result { () throws(RecordingError) in try facts.waveByteCount() }
    }
}
