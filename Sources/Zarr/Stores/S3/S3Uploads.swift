import S3
import Support
import Synchronization

/// Sends what is written to a bucket, several requests at once, while what comes next is computed. Safe to use from any thread.
final class S3Uploads: Sendable {
    /// Bytes that wait to be sent, or are being sent. Whoever has more waits.
    private static let byteCountLimit = 48 << 20

    private let queue: Queue
    private let threadCount: Int
    /// Whether nothing new is to be sent.
    let isHalted: @Sendable () -> Bool

    /// Sends by `threads` threads, which are started as they are needed. Once `isHalted`, which is called from any thread, what is being
    /// sent is given up.
    init(threads: Int, isHalted: @escaping @Sendable () -> Bool = { false }) {
        threadCount = max(threads, 1)
        queue = Queue()
        self.isHalted = isHalted
    }

    deinit {
        queue.close()
    }

    /// Sends, soon and on another thread, what has `byteCount` bytes, unless it `isGivenUp` before. Waits while too much is under way.
    func submit(
        _ byteCount: Int, isGivenUp: @escaping @Sendable () -> Bool, _ send: @escaping @Sendable () -> Void
    ) {
        let cancellation = Cancellation { [isHalted] in isHalted() || isGivenUp() ? .interrupted : nil }
        let job = Queue.Job(byteCount: byteCount) { cancellation.run(send) }
        while let waiting = queue.add(job, atMost: Self.byteCountLimit) {
            waiting.wait()
        }
        guard queue.needsThread(atMost: threadCount) else { return }
        do {
            try WorkerThread(name: "upload") { [queue] in while queue.work() {} }.detach()
        } catch {
            // Other threads do it, or else this one.
            if !queue.loseThread() { _ = queue.work(waits: false) }
        }
    }

    /// What waits for a thread.
    private final class Queue: Sendable {
        struct Job: Sendable {
            let byteCount: Int
            let send: @Sendable () -> Void
        }

        private struct State {
            var jobs: [Job] = []
            /// Those of jobs that wait or are being done.
            var byteCount = 0
            var threads = 0
            var idleThreads = 0
            var isClosed = false
            /// They want to add a job.
            var waiting: [Semaphore] = []
        }

        private let state = Mutex(State())
        private let filled = Semaphore()

        /// Adds `job`; if that makes too many bytes, returns instead what is to be waited for before another attempt.
        func add(_ job: Job, atMost limit: Int) -> Semaphore? {
            let waiting = state.withLock { state -> Semaphore? in
                guard state.byteCount == 0 || job.byteCount <= limit - state.byteCount else {
                    let semaphore = Semaphore()
                    state.waiting.append(semaphore)
                    return semaphore
                }
                state.byteCount += job.byteCount
                state.jobs.append(job)
                return nil
            }
            if waiting == nil { filled.signal() }
            return waiting
        }

        /// Whether a thread is to be started, which is then counted.
        func needsThread(atMost limit: Int) -> Bool {
            state.withLock { state in
                guard state.threads < limit, state.jobs.count > state.idleThreads else { return false }
                state.threads += 1
                return true
            }
        }

        /// A thread was counted and could not be started; whether there are others.
        func loseThread() -> Bool {
            state.withLock { state in
                state.threads -= 1
                return state.threads > 0
            }
        }

        /// Does the next job, if it `waits` even if there is none yet; false once the queue is closed.
        func work(waits: Bool = true) -> Bool {
            if waits {
                state.withLock { $0.idleThreads += 1 }
                filled.wait()
                state.withLock { $0.idleThreads -= 1 }
            }
            let (job, isClosed) = state.withLock { state in
                (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isClosed)
            }
            if let job {
                job.send()
                let waiting = state.withLock { state in
                    state.byteCount -= job.byteCount
                    defer { state.waiting = [] }
                    return state.waiting
                }
                for semaphore in waiting { semaphore.signal() }
            }
            // The other threads are to see the end as well.
            if isClosed { filled.signal() }
            return !isClosed
        }

        /// Lets the threads end.
        func close() {
            state.withLock { $0.isClosed = true }
            filled.signal()
        }
    }
}
