import Synchronization

/// Work on items by several threads, whose results come back in the order of the items.
///
/// To be used by one thread.
public final class OrderedWork<Item: Sendable, Made: Sendable> {
    private let work: @Sendable (Item) -> Made
    private let queue: Queue?
    /// The results to come and what they are made of, the oldest first.
    private var pending: [(result: SingleFlight<Made>, item: Item)] = []

    /// Calls `work` with each item, on `threads` threads; where that is fewer than two, on the one that takes the results.
    public init(name: String, threads: Int, _ work: @escaping @Sendable (Item) -> Made) throws(SystemError) {
        self.work = work
        guard threads > 1 else {
            queue = nil
            return
        }
        let queue = Queue()
        self.queue = queue
        for _ in 0..<threads {
            try WorkerThread(name: name) { while let job = queue.next() { job() } }.detach()
        }
    }

    deinit {
        queue?.close()
    }

    /// Items whose results were not taken yet.
    public var count: Int { pending.count }

    /// Hands over the next item.
    public func submit(_ item: Item) {
        let result = SingleFlight<Made>()
        let work = work
        pending.append((result, item))
        queue?.add { _ = result.get { work(item) } }
    }

    /// The result of the oldest item whose result was not taken yet, once it is there; nil where there is no such item.
    public func take() -> Made? {
        guard !pending.isEmpty else { return nil }
        let (result, item) = pending.removeFirst()
        let work = work
        return result.get { work(item) }
    }

    /// The work that waits for a thread.
    private final class Queue: Sendable {
        private struct State {
            var jobs: [@Sendable () -> Void] = []
            var isClosed = false
        }

        private let state = Mutex(State())
        private let filled = Semaphore()

        func add(_ job: @escaping @Sendable () -> Void) {
            state.withLock { $0.jobs.append(job) }
            filled.signal()
        }

        /// Lets the threads end; what waits is not begun.
        func close() {
            state.withLock { state in
                state.jobs = []
                state.isClosed = true
            }
            filled.signal()
        }

        /// The next piece of work, once there is one; nil when there will be none.
        func next() -> (@Sendable () -> Void)? {
            filled.wait()
            let (job, isClosed) = state.withLock { state in
                (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isClosed)
            }
            // Every other thread is to see the end as well.
            if isClosed { filled.signal() }
            return job
        }
    }
}
