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

        static let none: Int8 = -1
    }

    private struct Problem {
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
        fileprivate var learned = ByteRows()
        fileprivate var rows: [Int8] = []
        fileprivate var problems: [Int: RecordingError] = [:]
        /// Whether the WAV file of a recording may be a source file whose SHA-256 is known.
        private(set) var mayRestoreSources = false

        /// How many recordings there are; no more than `capacity` may be added.
        var count: Int { rows.count }

        /// Adds the recording called `name`, of a source called `sourceName`, to be learned. `mayRestoreSource` says whether its WAV file may be
        /// a source file whose SHA-256 is known.
        mutating func addFound(_ name: String, sourceName: String, isArray: Bool, mayRestoreSource: Bool = false) {
            add(name, sourceName: sourceName, isArray: isArray)
            rows.append(State.none)
            counts.waiting += 1
            if mayRestoreSource { mayRestoreSources = true }
        }

        /// Adds a recording that was learned before.
        mutating func add(_ known: KnownRecording) {
            add(known.name, sourceName: known.sourceName, isArray: known.isArray)
            switch known.waveByteCount {
            case .success(let byteCount): counts.addLearned(byteCount: byteCount)
            case .failure(let problem):
                problems[count] = problem
                counts.problems += 1
            }
            rows.append(Int8(learned.count))
            learned.append(known.facts)
            if known.restoresSource { mayRestoreSources = true }
        }

        private mutating func add(_ name: String, sourceName: String, isArray: Bool) {
            names.append(name)
            sourceNames.append(sourceName)
            if isArray { arrays |= 1 << UInt64(count) }
            counts.recordings += 1
        }
    }

    init(_ draft: consuming Draft) {
        draft.names.trim()
        draft.sourceNames.trim()
        draft.learned.trim()
        names = draft.names
        sourceNames = draft.sourceNames
        arrays = draft.arrays
        state = Mutex(
            State(
                learned: draft.learned, rows: draft.rows,
                problems: draft.problems.mapValues { Problem(error: $0) }, waitingCount: draft.counts.waiting))
    }

    /// How many recordings there are.
    var count: Int { names.count }

    /// Whether a recording is not learned yet, or is learned again if it is asked for, since it cannot be served.
    var isUnsettled: Bool {
        state.withLock { $0.waitingCount > 0 || $0.problems.values.contains { $0.delay != nil } }
    }

    /// How many recordings cannot be served.
    var problemCount: Int { state.withLock { $0.problems.count } }

    /// The packed facts of those that are learned.
    var learnedFacts: [(slot: Int, facts: ArraySlice<UInt8>)] {
        state.withLock { state in
            state.rows.indices.compactMap { slot in
                state.rows[slot] < 0 || state.problems[slot] != nil ? nil : (slot, state.learned[Int(state.rows[slot])])
            }
        }
    }

    /// Whether the recording at `slot` is an array that stands by itself.
    func isArray(_ slot: Int) -> Bool { arrays >> UInt64(slot) & 1 != 0 }

    /// Learns what a recording is, and packs its facts. `isRetry` says that this failed before.
    typealias Learn = (_ isRetry: Bool) -> Result<[UInt8], RecordingError>

    /// The packed facts of the recording at `slot`, learned now by `learn` if they are not yet; if several threads ask
    /// at once, they are learned once. If they cannot be learned, this is tried again, but not at every call.
    func facts(of slot: Int, learn: Learn) throws(RecordingError) -> ArraySlice<UInt8> {
        while true {
            switch turn(slot) {
            case .take(let facts): return facts
            case .fail(let problem): throw problem
            case .learn(let flight, let isRetry):
                try flight.get { () throws(RecordingError) in
                    let result = learn(isRetry)
                    // That nobody waited for the result says nothing about the recording.
                    if case .failure(let error) = result, error.isCancellation { throw error }
                    settle(slot, result)
                }
            }
        }
    }

    /// Forgets the facts of the recording at `slot`, which are learned when they are next needed. Returns what is forgotten; nil if they are
    /// not learned, or were forgotten so often that the page has no room.
    func forget(_ slot: Int) -> ArraySlice<UInt8>? {
        state.withLock { state in
            let row = Int(state.rows[slot])
            guard row >= 0, state.problems[slot] == nil, state.learned.count < Int(Int8.max) else { return nil }
            state.rows[slot] = State.none
            state.waitingCount += 1
            return state.learned[row]
        }
    }

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

    private func settle(_ slot: Int, _ result: Result<[UInt8], RecordingError>) {
        state.withLock { state in
            state.flights[slot] = nil
            let previous = state.problems.removeValue(forKey: slot)
            if previous == nil { state.waitingCount -= 1 }
            switch result {
            case .success(let facts):
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

    /// The recording of which `facts` are known.
    init(_ facts: RecordingFacts) {
        name = facts.name
        sourceName = facts.sourceName
        isArray = facts.isArray
        restoresSource = facts.restoresSource && facts.sourceSHA256 != nil
        self.facts = facts.packed
        waveByteCount = Result { () throws(RecordingError) in try facts.waveByteCount() }
    }
}
