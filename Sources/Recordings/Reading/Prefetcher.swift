public import Support
import Synchronization

/// Decodes ahead of readers that read a recording from front to back, on threads of its own.
///
/// What it decodes goes into the block cache, where the reader finds it; whichever thread comes first decodes, and the other
/// waits. The threads start when there is a first such reader, and sleep while there is none.
public final class Prefetcher: Sendable {
    /// One reader of one recording, as long as it has it open.
    public final class Reader: Sendable {
        private struct State {
            var run = SequentialRun()
            /// Whether it is one of `sequential`.
            var isCounted = false
            var hasEnded = false
        }

        private let state = Mutex(State())
        private let sequential: SequentialReaders
        fileprivate let recording: Recording
        /// The byte of the samples at which the reading ends.
        private let endOfSound: UInt64

        fileprivate init(_ recording: Recording, upTo end: UInt64, _ sequential: SequentialReaders) {
            self.recording = recording
            endOfSound = end
            self.sequential = sequential
        }

        deinit {
            end()
        }

        fileprivate var isActive: Bool { state.withLock { !$0.hasEnded } }

        /// Ends the reader: nothing more is decoded for it.
        public func end() {
            state.withLock { state in
                state.hasEnded = true
                count(&state, false)
            }
        }

        fileprivate func next(afterReading range: Range<UInt64>, depth: () -> UInt64) -> Range<UInt64>? {
            state.withLock { state in
                guard !state.hasEnded else { return nil }
                state.run.note(range)
                count(&state, state.run.isSequential)
                return state.run.isSequential ? state.run.next(of: endOfSound, depth: depth()) : nil
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

    /// Bytes that a thread decodes at a time.
    private static let pieceByteCount = 256 << 10
    /// Bytes ahead of one reader, at most.
    private static let maximumDepth = 8 << 20

    private let byteBudget: Int
    private let sequential = SequentialReaders()
    private let queue: Queue

    /// A prefetcher of at most `threads` threads that keeps its readers' needs within `byteBudget` bytes together.
    public init(threads: Int = Parallel.processorCount, byteBudget: Int) {
        self.byteBudget = byteBudget
        queue = Queue(threads: threads, capacity: byteBudget / Self.pieceByteCount)
    }

    deinit {
        queue.close()
    }

    /// A reader of the sample bytes of `recording`, of those before `end` if that is not nil. Nil if decoding ahead is of no use.
    public func reader(of recording: Recording, upTo end: UInt64? = nil) -> Reader? {
        let isDecoded = CodecRegistry.codec(named: recording.codec)?.isDecoded ?? false
        return isDecoded && byteBudget >= Self.pieceByteCount
            ? Reader(recording, upTo: end ?? recording.dataByteCount, sequential)
            : nil
    }

    /// Records that `reader` is reading `range` of its recording's sample bytes.
    public func note(_ range: Range<UInt64>, by reader: Reader) {
        guard let ahead = reader.next(afterReading: range, depth: { depth }) else { return }
        queue.add(
            stride(from: ahead.lowerBound, to: ahead.upperBound, by: Self.pieceByteCount).map { start in
                Piece(reader: reader, range: start..<min(start + UInt64(Self.pieceByteCount), ahead.upperBound))
            })
    }

    /// Bytes ahead of each reader: the fewer, the more readers there are, since what is decoded for one must not drive out what
    /// was decoded for another before that is read.
    private var depth: UInt64 {
        UInt64(min(Self.maximumDepth, byteBudget / max(sequential.count.load(ordering: .relaxed), 1)))
    }

    /// A part of a recording to be decoded.
    private struct Piece {
        let reader: Reader
        let range: Range<UInt64>

        func decode() {
            guard reader.isActive else { return }
            // If a piece cannot be decoded, its reader finds that out. If the reader has gone, nobody wants it.
            Cancellation { [reader] in reader.isActive ? nil : .interrupted }.run {
                try? reader.recording.samples.decodeAhead(bytes: range)
            }
        }
    }

    /// The pieces to decode, oldest first, and the threads that decode them. After the prefetcher is gone, each thread
    /// finishes the piece that it is decoding.
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

        init(threads: Int, capacity: Int) {
            self.threads = threads
            self.capacity = capacity
        }

        /// Adds as many of `pieces` as there is room for.
        func add(_ pieces: [Piece]) {
            let (added, newThreads) = state.withLock { state in
                let added = pieces.prefix(max(0, capacity - state.pieces.count))
                state.pieces += added
                let newThreads = max(0, min(threads, state.pieces.count) - state.threadCount)
                state.threadCount += newThreads
                return (added.count, newThreads)
            }
            for _ in 0..<newThreads { startThread() }
            for _ in 0..<added { available.signal() }
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
                    while let piece = next() { piece.decode() }
                }
                thread.detach()
            } catch {
                // Nothing is decoded ahead then; readers decode for themselves.
                state.withLock { $0.threadCount -= 1 }
            }
        }

        /// Waits for the oldest piece and removes it; nil once the queue is closed.
        private func next() -> Piece? {
            while true {
                available.wait()
                let (piece, isClosed) = state.withLock { state in
                    (state.pieces.isEmpty ? nil : state.pieces.removeFirst(), state.isClosed)
                }
                if isClosed { return nil }
                if let piece { return piece }
            }
        }
    }
}
