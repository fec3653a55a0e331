import Support
import Synchronization

/// The order in which recordings are begun, whichever threads write them: where they get their numbers then, these are in the order of the
/// sources. And how many are written at once: where that takes a line to another machine, others can be read back meanwhile. Safe to use from
/// several threads.
public final class StagingOrder: Sendable {
    private struct State {
        /// The first number whose turn has not come yet.
        var next = 0
        /// Greater ones that have been skipped.
        var skipped: Set<Int> = []
        var waiting: [Int: Semaphore] = [:]
    }

    private let state = Mutex(State())

    private let writing = Semaphore()

    /// An order that begins with the number 0. At least one and at most `writers` recordings are written at once.
    public init(writers: Int) {
        for _ in 0..<max(writers, 1) { writing.signal() }
    }

    /// Calls `body`, which writes a recording, once fewer are being written than may be.
    func whileWriting<T, E: Error>(_ body: () throws(E) -> T) throws(E) -> T {
        writing.wait()
        defer { writing.signal() }
        return try body()
    }

    /// Calls `body`, for the number `number`, once the turns of all lower numbers are over.
    func inTurn<T, E: Error>(_ number: Int, _ body: () throws(E) -> T) throws(E) -> T {
        let semaphore = Semaphore()
        let mustWait = state.withLock { state in
            guard number > state.next else { return false }
            state.waiting[number] = semaphore
            return true
        }
        if mustWait { semaphore.wait() }
        defer { skip(number) }
        return try body()
    }

    /// Ends the turn of the number `number`, if it is not over yet.
    public func skip(_ number: Int) {
        let woken = state.withLock { state -> Semaphore? in
            guard number >= state.next else { return nil }
            state.skipped.insert(number)
            while state.skipped.remove(state.next) != nil { state.next += 1 }
            return state.waiting.removeValue(forKey: state.next)
        }
        woken?.signal()
    }
}
