import Synchronization

/// Processes items on several threads and returns the results in the order of the items.
///
/// Not Sendable: one thread submits the items and takes the results.
public final class OrderedWork<Item: Sendable, Made: Sendable> {
    private let work: @Sendable (Item) -> Made
    private let queue: Queue?
    /// The results not taken yet, with their items, oldest first.
    private var pending: [(result: SingleFlight<Made>, item: Item)] = []

    /// Calls `work` with each item, on `threads` threads, or, if `threads` is below two, on the thread that takes the results. All of
    /// it is done under the cancellation of the calling thread.
    public init(name: String, threads: Int, _ work: @escaping @Sendable (Item) -> Made) throws(SystemError) {
        self.work = work
        guard threads > 1 else {
            queue = nil
            return
        }
        let queue = Queue()
        self.queue = queue
        let cancellation = Cancellation.current
        for _ in 0..<threads {
            try WorkerThread(name: name) { cancellation.run { while let job = queue.next() { job() } } }.detach()
        }
    }

    deinit {
        queue?.close()
    }

    /// The number of items whose results were not taken yet.
    public var count: Int { pending.count }

    /// Submits the next item.
    public func submit(_ item: Item) {
        let result = SingleFlight<Made>()
        let work = work
        pending.append((result, item))
        queue?.add { _ = result.get { work(item) } }
    }

    /// Waits for and returns the result of the oldest item whose result was not taken yet; nil if there is none.
    public func take() -> Made? {
        guard !pending.isEmpty else { return nil }
        let (result, item) = pending.removeFirst()
        let work = work
        return result.get { work(item) }
    }

    /// The jobs that wait for a thread.
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

        /// Lets the threads end, and drops the jobs that wait.
        func close() {
            state.withLock { state in
                state.jobs = []
                state.isClosed = true
            }
            filled.signal()
        }

        /// Waits for and returns the next job; nil once the queue is closed.
        func next() -> (@Sendable () -> Void)? {
            filled.wait()
            let (job, isClosed) = state.withLock { state in
                (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isClosed)
            }
            // The other threads are to see the end as well.
            if isClosed { filled.signal() }
            return job
        }
    }
}
