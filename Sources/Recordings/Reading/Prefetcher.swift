public import Support
import Synchronization

/// Decodes ahead of readers that read a recording from front to back, on threads of its own. If the store is on another machine, it is asked
/// further ahead for the coded bytes, so that the line is always busy.
///
/// What it decodes goes into the block cache, where the reader finds it; whichever thread comes first decodes, and the other
/// waits. The threads start when there is a first such reader, and sleep while there is none.
public final class Prefetcher: Sendable {
    /// One reader of one recording or file, as long as it has it open.
    public final class Reader: Sendable {
        private struct State {
            var run = SequentialRun()
            var window = FetchWindow()
            /// What has come and may still be needed, by the bytes of the source that it is for.
            var fetched: [(range: Range<UInt64>, bytes: FetchedBytes)] = []
            /// The bytes of the source for which the store is being asked, or soon will be.
            var underWay: [Range<UInt64>] = []
            /// Those that are to be decoded as soon as all of what they are made of has come.
            var waiting: [Range<UInt64>] = []
            /// Whether it is one of `sequential`.
            var isCounted = false

            func isUnderWay(_ range: Range<UInt64>) -> Bool { underWay.contains { $0.overlaps(range) } }
        }

        private let state = Mutex(State())
        /// Not a part of the state: threads that work for the reader ask often, and whoever holds the lock may wait for what they make.
        private let hasEnded = Atomic<Bool>(false)
        private let sequential: SequentialReaders
        private let isDecoded: Bool
        fileprivate let source: any ReadAheadSource
        /// The byte of the source at which the reading ends.
        private let endOfReading: UInt64

        fileprivate init(
            _ source: any ReadAheadSource, isDecoded: Bool, run: SequentialRun = SequentialRun(), upTo end: UInt64,
            _ sequential: SequentialReaders
        ) {
            self.source = source
            self.isDecoded = isDecoded
            endOfReading = end
            self.sequential = sequential
            state.withLock { $0.run = run }
        }

        deinit {
            end()
        }

        fileprivate var isActive: Bool { !hasEnded.load(ordering: .relaxed) }

        /// Ends the reader: nothing more is done for it.
        public func end() {
            hasEnded.store(true, ordering: .relaxed)
            let dropped = state.withLock { state in
                count(&state, false)
                defer { state.fetched = [] }
                return state.fetched
            }
            _ = dropped
        }

        /// What is to be done ahead: bytes to be decoded, and those for which the store is to be asked, one request each.
        fileprivate struct Plan {
            var decoded: Range<UInt64>?
            var fetched: [Range<UInt64>] = []
        }

        fileprivate func plan(afterReading range: Range<UInt64>, _ bounds: () -> Bounds) -> Plan {
            let (made, dropped) = state.withLock { state -> (Plan, [(Range<UInt64>, FetchedBytes)]) in
                guard isActive else { return (Plan(), []) }
                state.run.note(range)
                count(&state, state.run.isSequential)
                guard state.run.isSequential else {
                    state.window.restart()
                    state.waiting = []
                    defer { state.fetched = [] }
                    return (Plan(), state.fetched)
                }
                return steps(&state, bounds())
            }
            // What was fetched is freed outside the lock, and stretches may have to be read from the store.
            _ = dropped
            var plan = made
            if let whole = plan.decoded {
                let ahead = cut(whole, within: bounds())
                plan.decoded = state.withLock { $0.run.request(ahead) } ? ahead : nil
            }
            return plan
        }

        /// `range`, but so that it ends within no stretch, unless that is where the reading ends.
        private func cut(_ range: Range<UInt64>, within bounds: Bounds) -> Range<UInt64> {
            guard range.upperBound < endOfReading, let stretch = stretch(containing: range.upperBound, within: bounds)
            else {
                return range
            }
            return range.lowerBound..<max(range.lowerBound, stretch.lowerBound)
        }

        private func steps(_ state: inout State, _ bounds: Bounds) -> (Plan, [(Range<UInt64>, FetchedBytes)]) {
            var plan = Plan()
            var depth = min(bounds.depth, state.run.length)
            if bounds.fetchedByteCount > 0 {
                plan.fetched = state.window.next(
                    from: state.run.position, of: endOfReading, depth: depth, budget: bounds.fetchedByteCount)
                // What is not asked for yet would be asked for twice.
                depth = min(depth, state.window.end.subtracting(state.run.position) ?? 0)
            }
            if isDecoded { plan.decoded = state.run.next(of: endOfReading, depth: depth) }
            let run = state.run
            let dropped = state.fetched.filter { run.isBehind($0.range) }
            if !dropped.isEmpty { state.fetched.removeAll { run.isBehind($0.range) } }
            return (plan, dropped)
        }

        /// The stretch that byte `byte` is in; nil if there is none, or the room ahead of the reader is too small for two.
        fileprivate func stretch(containing byte: UInt64, within bounds: Bounds) -> Range<UInt64>? {
            guard let stretch = source.stretch(containing: byte),
                stretch.contains(byte), stretch.upperBound - stretch.lowerBound <= bounds.depth / 2
            else { return nil }
            return stretch
        }

        /// Records that the store will be asked for what `ranges` are made of.
        fileprivate func willFetch(_ ranges: [Range<UInt64>]) {
            state.withLock { $0.underWay += ranges }
        }

        /// Records that the store will not be asked any more for what `ranges` are made of, since that has come or was given up, and returns what
        /// can be decoded now.
        fileprivate func didFetch(_ ranges: [Range<UInt64>]) -> [Range<UInt64>] {
            state.withLock { state in
                for range in ranges {
                    if let index = state.underWay.firstIndex(of: range) { state.underWay.remove(at: index) }
                }
                let waiting = state.waiting.filter { !state.run.isBehind($0) }
                state.waiting = waiting.filter { state.isUnderWay($0) }
                return waiting.filter { !state.isUnderWay($0) }
            }
        }

        /// Those of `ranges`, which are stretches, that can be decoded now. The others are returned by `didFetch`: whoever decoded them at once
        /// could be the first to ask for all of their bytes, which would come twice.
        fileprivate func decodable(_ ranges: [Range<UInt64>]) -> [Range<UInt64>] {
            guard !ranges.isEmpty else { return [] }
            return state.withLock { state in
                state.waiting += ranges.filter { state.isUnderWay($0) }
                return ranges.filter { !state.isUnderWay($0) }
            }
        }

        /// Has the store send what `range` is made of, and keeps it until the reader is past it.
        fileprivate func fetch(_ range: Range<UInt64>) {
            let mark = state.withLock { $0.window.mark(at: .now) }
            // If it cannot be read, the reader finds that out.
            guard let bytes = (try? source.fetchAhead(bytes: range)) ?? nil else { return }
            state.withLock { state in
                state.window.add(bytes.byteCount, for: range.count, since: mark, at: .now)
                guard isActive, range.upperBound <= state.window.end, !state.run.isBehind(range) else { return }
                state.fetched.append((range, bytes))
            }
        }

        private func count(_ state: inout State, _ isSequential: Bool) {
            guard state.isCounted != isSequential else { return }
            state.isCounted = isSequential
            sequential.count.add(isSequential ? 1 : -1, ordering: .relaxed)
        }
    }

    /// How many readers are sequential at the moment.
    fileprivate final class SequentialReaders: Sendable {
        let count = Atomic<Int>(0)
    }

    /// How far ahead of one reader anything is done.
    fileprivate struct Bounds {
        /// Bytes that are decoded.
        let depth: UInt64
        /// Bytes of the store.
        let fetchedByteCount: Int
    }

    /// How a store on another machine may be used.
    public struct Line: Sendable {
        /// Requests that are under way at once, at most.
        let requests: Int
        /// Bytes that are under way or have come and are not read yet, at most.
        let byteBudget: Int

        /// `requests` at once, for `byteBudget` bytes together.
        public init(requests: Int, byteBudget: Int) {
            self.requests = requests
            self.byteBudget = byteBudget
        }
    }

    /// Bytes that a thread decodes at a time.
    private static let pieceByteCount = 256 << 10
    /// Bytes ahead of one reader, at most.
    private static let maximumDepth = 8 << 20
    /// Requests that wait for one that is under way, for each of those.
    private static let waitingRequests = 8

    private let byteBudget: Int
    private let line: Line?
    private let sequential = SequentialReaders()
    private let decoding: Queue
    private let fetching: Queue

    /// A prefetcher of at most `threads` threads that keeps its readers' needs within `byteBudget` bytes together. `line` is nil for a store on
    /// this machine.
    public init(threads: Int = Parallel.processorCount, byteBudget: Int, line: Line? = nil) {
        self.byteBudget = byteBudget
        self.line = line
        let decoding = Queue(threads: threads, capacity: byteBudget / Self.pieceByteCount) { piece, next in
            // A disk reads while this is decoded.
            if let next, line == nil { next.reader.source.expect(bytes: next.range) }
            // If a piece cannot be decoded, its reader finds that out.
            try? piece.reader.source.decodeAhead(bytes: piece.range)
        }
        self.decoding = decoding
        let requests = line?.requests ?? 0
        fetching = Queue(threads: requests, capacity: requests * (1 + Self.waitingRequests)) { piece, _ in
            piece.reader.fetch(piece.range)
            decoding.add(piece.reader.didFetch([piece.range]).map { Piece(reader: piece.reader, range: $0) })
        }
    }

    deinit {
        decoding.close()
        fetching.close()
    }

    /// A reader of the sample bytes of `recording`, of those before `end` if that is not nil. Nil if to do anything ahead is of no use.
    public func reader(of recording: Recording, upTo end: UInt64? = nil) -> Reader? {
        let isDecoded = CodecRegistry.codec(named: recording.codec)?.isDecoded ?? false
        return (isDecoded || line != nil) && byteBudget >= Self.pieceByteCount
            ? Reader(recording.samples, isDecoded: isDecoded, upTo: end ?? recording.dataByteCount, sequential)
            : nil
    }

    /// A reader of the first `byteCount` bytes of `source`, which nobody decodes. Nil if to do anything ahead is of no use.
    public func reader(of source: any ReadAheadSource, byteCount: UInt64) -> Reader? {
        guard let line, line.byteBudget > 0 else { return nil }
        return Reader(source, isDecoded: false, upTo: byteCount, sequential)
    }

    /// A reader of the bytes `range` of `source`, which nobody decodes, that is known to read them from front to back. Nil if to do anything
    /// ahead is of no use.
    func reader(of source: any ReadAheadSource, fromFrontToBack range: Range<UInt64>) -> Reader? {
        guard line != nil else { return nil }
        return Reader(
            source, isDecoded: false, run: SequentialRun(knownFrom: range.lowerBound), upTo: range.upperBound,
            sequential)
    }

    /// Records that `reader` is reading the bytes `range` of its source.
    public func note(_ range: Range<UInt64>, by reader: Reader) {
        let plan = reader.plan(afterReading: range) { bounds }
        var ranges: [Range<UInt64>] = []
        if !plan.fetched.isEmpty {
            reader.willFetch(plan.fetched)
            let left = fetching.add(plan.fetched.map { Piece(reader: reader, range: $0) })
            ranges = reader.didFetch(left.map(\.range))
        }
        defer { decoding.add(ranges.map { Piece(reader: reader, range: $0) }) }
        guard let ahead = plan.decoded else { return }
        var stretches: [Range<UInt64>] = []
        var start = ahead.lowerBound
        while start < ahead.upperBound {
            let stretch = reader.stretch(containing: start, within: bounds)
            let end = stretch?.upperBound ?? start + UInt64(Self.pieceByteCount)
            let piece = start..<min(end, ahead.upperBound)
            if line != nil, stretch != nil { stretches.append(piece) } else { ranges.append(piece) }
            start = end
        }
        ranges += reader.decodable(stretches)
    }

    /// The bounds of each reader: the fewer, the more readers there are, since what is decoded for one must not drive out what
    /// was decoded for another before that is read.
    private var bounds: Bounds {
        let count = max(sequential.count.load(ordering: .relaxed), 1)
        return Bounds(
            depth: UInt64(min(Self.maximumDepth, byteBudget / count)), fetchedByteCount: (line?.byteBudget ?? 0) / count
        )
    }

    /// A part of a source for which something is done ahead.
    private struct Piece {
        let reader: Reader
        let range: Range<UInt64>
    }

    /// Pieces, oldest first, and the threads that take them. After the prefetcher is gone, each thread finishes the piece that it has.
    private final class Queue: Sendable {
        private struct State {
            var pieces: [Piece] = []
            var threadCount = 0
            var isClosed = false
        }

        private let threads: Int
        private let capacity: Int
        private let state = Mutex(State())
        private let available = Semaphore()
        private let work: @Sendable (_ piece: Piece, _ next: Piece?) -> Void

        /// A queue of at most `capacity` pieces, for each of which a thread calls `work`, with the one that will be taken next.
        init(threads: Int, capacity: Int, work: @escaping @Sendable (_ piece: Piece, _ next: Piece?) -> Void) {
            self.threads = threads
            self.capacity = capacity
            self.work = work
        }

        /// Adds as many of `pieces` as there is room for, and returns the others.
        @discardableResult
        func add(_ pieces: [Piece]) -> ArraySlice<Piece> {
            // This is asked after every read: there is no need to wait for the lock.
            guard !pieces.isEmpty else { return [] }
            let (added, newThreads) = state.withLock { state in
                let added = pieces.prefix(max(0, capacity - state.pieces.count))
                state.pieces += added
                let newThreads = max(0, min(threads, state.pieces.count) - state.threadCount)
                state.threadCount += newThreads
                return (added.count, newThreads)
            }
            for _ in 0..<newThreads { startThread() }
            for _ in 0..<added { available.signal() }
            return pieces.dropFirst(added)
        }

        /// Ends the threads.
        func close() {
            let threadCount = state.withLock { state in
                state.isClosed = true
                return state.threadCount
            }
            for _ in 0..<threadCount { available.signal() }
        }

        private func startThread() {
            do {
                let thread = try WorkerThread(name: "prefetcher") { [self] in
                    while let (piece, next) = next() { take(piece, next) }
                }
                thread.detach()
            } catch {
                // Nothing is done ahead then; readers do it for themselves.
                state.withLock { $0.threadCount -= 1 }
            }
        }

        /// Does the work for `piece`, which `next` follows. If its reader has gone, nobody wants it.
        private func take(_ piece: Piece, _ next: Piece?) {
            guard piece.reader.isActive else { return }
            Cancellation { [reader = piece.reader] in reader.isActive ? nil : .interrupted }.run { work(piece, next) }
        }

        /// Waits for the oldest piece and removes it; nil once the queue is closed. Also returns the one that is the oldest then.
        private func next() -> (piece: Piece, next: Piece?)? {
            while true {
                available.wait()
                let (piece, next, isClosed) = state.withLock { state in
                    (state.pieces.isEmpty ? nil : state.pieces.removeFirst(), state.pieces.first, state.isClosed)
                }
                if isClosed { return nil }
                if let piece { return (piece, next) }
            }
        }
    }
}
