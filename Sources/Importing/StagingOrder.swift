import Support
import Synchronization

/// The order in which recordings are begun, whichever threads write them: where they get their numbers then, these are in the order of the
/// sources. It also bounds how many are written at once, and how many are read back: over a line to another machine, both directions are used if
/// some recordings are written while others are read back. Safe to use from several threads.
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
    private let reading = Semaphore()

    /// An order that begins with the number 0. At most `count` recordings, or one, are written at once, and as many read back.
    public init(atOnce count: Int) {
        for _ in 0..<max(count, 1) {
            writing.signal()
            reading.signal()
        }
    }

    /// Calls `body`, which writes a recording, once fewer are being written than may be.
    func whileWriting<T, E: Error>(_ body: () throws(E) -> T) throws(E) -> T { try Self.having(writing, body) }

    /// Calls `body`, which reads a recording back, once fewer are being read back than may be.
    func whileReadingBack<T, E: Error>(_ body: () throws(E) -> T) throws(E) -> T { try Self.having(reading, body) }

    private static func having<T, E: Error>(_ permit: Semaphore, _ body: () throws(E) -> T) throws(E) -> T {
        permit.wait()
        defer { permit.signal() }
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
