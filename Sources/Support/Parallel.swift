import Glibc
import Synchronization

/// Spreads work over threads of its own.
public enum Parallel {
    /// The number of processors that are online.
    public static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Calls `body` once for every number in `0..<count`, on the calling thread and up to `threads - 1` others, and returns
    /// when all calls have returned. Numbers are handed out in order; calls for different numbers overlap. All threads work under the
    /// cancellation of the calling one.
    public static func forEach(count: Int, threads: Int = processorCount, _ body: @escaping @Sendable (Int) -> Void) {
        let next = NextIndex()
        let cancellation = Cancellation.current
        let work: @Sendable () -> Void = {
            cancellation.run { while case let index = next.take(), index < count { body(index) } }
        }
        startAndJoin(min(threads, count) - 1, work)
    }

    /// The results of `body` for each of `elements`, in their order. Calls overlap as in `forEach`.
    public static func map<Element: Sendable, Made: Sendable>(
        _ elements: [Element], threads: Int = processorCount, _ body: @escaping @Sendable (Element) -> Made
    ) -> [Made] {
        let made = Collected<Made>(count: elements.count)
        forEach(count: elements.count, threads: threads) { index in
            made.add(body(elements[index]), at: index)
        }
        return made.inOrder
    }

    /// Runs `work` on `helpers` new threads and on this one. A thread that cannot be started leaves its share to the others.
    private static func startAndJoin(_ helpers: Int, _ work: @escaping @Sendable () -> Void) {
        guard helpers > 0, let thread = try? WorkerThread(name: "worker", work) else { return work() }
        startAndJoin(helpers - 1, work)
        thread.join()
    }

    private final class Collected<Made: Sendable>: Sendable {
        private let elements: Mutex<[Made?]>

        init(count: Int) {
            elements = Mutex(Array(repeating: nil, count: count))
        }

        func add(_ element: Made, at index: Int) {
            elements.withLock { $0[index] = element }
        }

        var inOrder: [Made] { elements.withLock { $0.compactMap(\.self) } }
    }

    private final class NextIndex: Sendable {
        private let value = Atomic<Int>(0)

        func take() -> Int { value.add(1, ordering: .relaxed).oldValue }
    }
}
