import Synchronization

/// Hands items, in order, to work that runs beside the thread that makes them.
///
/// To be used by one thread. Only the work may use what it captures until `finish` has returned.
public final class Relay<Item: Sendable> {
    private let work: Work
    private let queue: Queue?
    private var thread: WorkerThread?

    /// A relay that calls `body` with each item: if `isConcurrent`, on a thread of its own, which is at most `capacity` items behind;
    /// if not, at once.
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

    /// Hands over the next item. Throws what the work for an earlier item has thrown.
    public func send(_ item: Item) throws {
        guard let queue else { return try work.body(item) }
        try queue.add(item)
    }

    /// Waits until the work for all items is done. Throws what the work for one of them has thrown.
    public func finish() throws {
        queue?.close()
        thread.take()?.join()
        try queue?.check()
    }

    /// @unchecked: only one thread calls it, the relay's own or, if it has none, its user's.
    private struct Work: @unchecked Sendable {
        let body: (Item) throws -> Void
    }

    /// The items that wait for the thread.
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

        /// Announces that no more items come.
        func close() {
            filled.signal()
        }

        func check() throws {
            if let failure = state.withLock({ $0.failure }) { throw failure }
        }

        /// Does the work for all items until the queue is closed. After a failure, items are only removed.
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
