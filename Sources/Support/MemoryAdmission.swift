import Synchronization

/// Lets work begin whose memory fits in a budget beside that of all other work under way. Work that needs more than the budget has it to
/// itself.
final class MemoryAdmission: Sendable {
    private struct State {
        /// Bytes of what is under way.
        var byteCount = 0
        /// The work that waits, oldest first.
        var waiting: [(byteCount: Int, semaphore: Semaphore)] = []

        func hasRoom(for count: Int, in budget: Int) -> Bool {
            byteCount == 0 || byteCount.adding(count).map { $0 <= budget } ?? false
        }
    }

    private let budget: Int
    private let state = Mutex(State())

    init(budget: Int) {
        self.budget = budget
    }

    /// Bytes of what is under way.
    var byteCount: Int { state.withLock { $0.byteCount } }

    /// Waits until `count` bytes fit; `leave` must be called with the same number afterwards. If the work of this thread is cancelled, it
    /// does not wait any longer.
    func enter(_ count: Int) {
        let semaphore = state.withLock { state -> Semaphore? in
            if state.waiting.isEmpty, state.hasRoom(for: count, in: budget) {
                state.byteCount += count
                return nil
            }
            let semaphore = Semaphore()
            state.waiting.append((count, semaphore))
            return semaphore
        }
        guard let semaphore, !semaphore.waitUnlessCancelled() else { return }
        state.withLock { state in
            guard let place = state.waiting.firstIndex(where: { $0.semaphore === semaphore }) else { return }
            state.waiting.remove(at: place)
            state.byteCount += count
        }
    }

    /// Ends what `enter` has begun.
    func leave(_ count: Int) {
        let admitted = state.withLock { state -> [Semaphore] in
            state.byteCount -= count
            var admitted: [Semaphore] = []
            while let next = state.waiting.first, state.hasRoom(for: next.byteCount, in: budget) {
                state.waiting.removeFirst()
                state.byteCount += next.byteCount
                admitted.append(next.semaphore)
            }
            return admitted
        }
        for semaphore in admitted { semaphore.signal() }
    }
}
