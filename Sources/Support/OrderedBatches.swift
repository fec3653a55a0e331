import Synchronization

/// Hands what several threads make to one thread, in the order of its numbers, from 0 on: as many at a time as are ready.
///
/// What is made while a batch is carried out, and some time after it began, is the next batch. So nothing waits long for others to be
/// made but those before it, and the slower batches are carried out, the larger they are.
public final class OrderedBatches<Element: Sendable>: Sendable {
    private struct State {
        /// How many were carried out.
        var done = 0
        var ready: [Int: Element] = [:]
        /// Who waits to begin to make which number.
        var waiting: [(number: Int, gate: Semaphore)] = []
    }

    private let lead: Int
    private let interval: Duration
    private let state = Mutex(State())
    private let arrivals = Semaphore()

    /// Batches of elements of which at most `lead` are made, or wait to be carried out, at a time. A batch begins no sooner than `interval`
    /// after the one before it, unless half of the lead, or all that is left, is ready.
    public init(lead: Int, interval: Duration = .zero) {
        self.lead = lead
        self.interval = interval
    }

    /// Waits until number `number` may be made.
    public func prepare(_ number: Int) {
        let gate = Semaphore()
        let mustWait = state.withLock { state in
            guard number >= state.done + lead else { return false }
            state.waiting.append((number, gate))
            return true
        }
        if mustWait { gate.wait() }
    }

    /// Hands over `element` as number `number`.
    public func finish(_ number: Int, _ element: Element) {
        state.withLock { $0.ready[number] = element }
        arrivals.signal()
    }

    /// Calls `body` with batches until it has had all numbers below `count`.
    public func forEach(count: Int, _ body: ([Element]) -> Void) {
        var done = 0
        var next = ContinuousClock.now
        while done < count {
            let rest = next - ContinuousClock.now
            let batch = take(from: done, isDue: rest <= .zero, all: count - done)
            if !batch.isEmpty {
                next = ContinuousClock.now + interval
                body(batch)
                done += batch.count
                open(done)
            } else if rest > .zero {
                arrivals.wait(for: rest)
            } else {
                arrivals.wait()
            }
        }
    }

    /// Those that are ready from `number` on, if a batch is due, or if they are many or `all`.
    private func take(from number: Int, isDue: Bool, all: Int) -> [Element] {
        state.withLock { state in
            guard isDue || state.ready.count >= min(lead / 2, all) else { return [] }
            var batch: [Element] = []
            while let element = state.ready.removeValue(forKey: number + batch.count) { batch.append(element) }
            return batch
        }
    }

    /// Lets be made what may be, now that all below `done` were carried out.
    private func open(_ done: Int) {
        let gates = state.withLock { state in
            state.done = done
            let limit = done + lead
            let open = state.waiting.filter { $0.number < limit }
            state.waiting.removeAll { $0.number < limit }
            return open.map(\.gate)
        }
        for gate in gates { gate.signal() }
    }
}
