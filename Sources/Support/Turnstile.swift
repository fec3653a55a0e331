import Synchronization

/// Lets one thread at a time pass. Unlike a lock, it may be held for long: threads that wait sleep, and give up waiting if their work
/// is cancelled.
public final class Turnstile: Sendable {
    private struct State {
        var isOccupied = false
        var waiting: [Semaphore] = []
    }

    private let state = Mutex(State())

    /// A turnstile that nobody is in.
    public init() {}

    /// Calls `body` while no other thread is in a call of this method. Returns nil, and does not call it, if the work of this thread is
    /// cancelled before its turn.
    public func pass<T, E: Error>(_ body: () throws(E) -> T) throws(E) -> T? {
        while let semaphore = enter() {
            guard semaphore.waitUnlessCancelled() else {
                // It may have been signalled just now; then the next is to have its turn.
                wakeNext(insteadOf: semaphore)
                return nil
            }
        }
        defer { leave() }
        return try body()
    }

    /// Nil if the turnstile was free, and is now occupied; else what to wait for before trying again.
    private func enter() -> Semaphore? {
        state.withLock { state in
            guard state.isOccupied else {
                state.isOccupied = true
                return nil
            }
            let semaphore = Semaphore()
            state.waiting.append(semaphore)
            return semaphore
        }
    }

    private func leave() {
        let next = state.withLock { state -> Semaphore? in
            state.isOccupied = false
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        next?.signal()
    }

    private func wakeNext(insteadOf semaphore: Semaphore) {
        let next = state.withLock { state -> Semaphore? in
            if let place = state.waiting.firstIndex(where: { $0 === semaphore }) {
                state.waiting.remove(at: place)
                return nil
            }
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        next?.signal()
    }
}
