import Synchronization

/// Hands items, in their order, to work that goes on beside what makes them.
///
/// To be used by one thread. What the work captures is its alone until `finish` has returned.
public final class Relay<Item: Sendable> {
    private let work: Work
    private let queue: Queue?
    private var thread: WorkerThread?

    /// Calls `body` with each item: on a thread of its own if `isConcurrent`, which is at most `capacity` items behind; else
    /// at once.
    public init(isConcurrent: Bool, capacity: Int = 4, _ body: @escaping (Item) throws -> Void) throws {
        let work = Work(body: body)
        self.work = work
        guard isConcurrent else {
            queue = nil
            return
        }
        let queue = Queue(capacity: capacity)
        self.queue = queue
        thread = try WorkerThread(name: "import") { queue.work(work.body) }
    }

    deinit {
        queue?.close()
        thread.take()?.join()
    }

    /// Hands over the next item. Throws what the work for one before has thrown.
    public func send(_ item: Item) throws {
        guard let queue else { return try work.body(item) }
        try queue.add(item)
    }

    /// Waits until all items are done. Throws what the work for one of them has thrown.
    public func finish() throws {
        queue?.close()
        thread.take()?.join()
        try queue?.check()
    }

    /// @unchecked: called by one thread alone, the relay's own or, where it has none, its user's.
    private struct Work: @unchecked Sendable {
        let body: (Item) throws -> Void
    }

    /// The items that wait.
    private final class Queue: Sendable {
        private struct State {
            var items: [Item] = []
            var failure: (any Error)?
        }

        private let state = Mutex(State())
        private let free = Semaphore()
        private let filled = Semaphore()

        init(capacity: Int) {
            for _ in 0..<capacity { free.signal() }
        }

        func add(_ item: Item) throws {
            free.wait()
            state.withLock { $0.items.append(item) }
            filled.signal()
            try check()
        }

        /// Says that no more items come.
        func close() {
            filled.signal()
        }

        func check() throws {
            if let failure = state.withLock({ $0.failure }) { throw failure }
        }

        /// Does the work until the queue is closed; after a failure, items are only taken out.
        func work(_ body: (Item) throws -> Void) {
            while let item = next() {
                do {
                    try check()
                    try body(item)
                } catch {
                    state.withLock { $0.failure = $0.failure ?? error }
                }
                free.signal()
            }
        }

        private func next() -> Item? {
            filled.wait()
            return state.withLock { $0.items.isEmpty ? nil : $0.items.removeFirst() }
        }
    }
}
