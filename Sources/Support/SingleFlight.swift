import Synchronization

/// A value made when it is first needed, by one thread, while all others who need it sleep. What could not be made is tried again
/// by the next.
///
/// A Mutex held meanwhile would do the same, but who waits for one spins as long as its owner runs (it is a PI futex), which takes
/// a processor from those who make something.
public final class SingleFlight<Value: Sendable>: Sendable {
    private enum State {
        case absent
        /// A thread is making it; these are woken when it has.
        case beingMade(waiting: [Semaphore])
        case present(Value)
    }

    /// What a thread that needs the value is to do.
    private enum Turn {
        case take(Value)
        case make
        case wait(Semaphore)
    }

    private let state: Mutex<State>

    /// No value yet.
    public init() {
        state = Mutex(.absent)
    }

    /// A value that is there already.
    public init(_ value: Value) {
        state = Mutex(.present(value))
    }

    /// The value, if it is there, without waiting for one that is being made.
    public var current: Value? {
        state.withLock { state in
            guard case .present(let value) = state else { return nil }
            return value
        }
    }

    /// The value, made by `make` if there is none yet; others who need it wait meanwhile. `make` must not ask for it.
    public func get<E: Error>(make: () throws(E) -> Value) throws(E) -> Value {
        while true {
            switch turn() {
            case .take(let value): return value
            case .wait(let semaphore): semaphore.wait()
            case .make:
                do throws(E) {
                    let value = try make()
                    settle(.present(value))
                    return value
                } catch {
                    settle(.absent)
                    throw error
                }
            }
        }
    }

    /// Makes `value` the value.
    public func set(_ value: Value) {
        settle(.present(value))
    }

    /// Lets go of the value, which is made again when it is next needed. One that is being made stays.
    public func clear() {
        // What is let go of ends outside the lock.
        let dropped = state.withLock { state -> State? in
            guard case .present = state else { return nil }
            defer { state = .absent }
            return state
        }
        _ = dropped
    }

    private func turn() -> Turn {
        state.withLock { state in
            switch state {
            case .present(let value): return .take(value)
            case .absent:
                state = .beingMade(waiting: [])
                return .make
            case .beingMade(let waiting):
                let semaphore = Semaphore()
                state = .beingMade(waiting: waiting + [semaphore])
                return .wait(semaphore)
            }
        }
    }

    private func settle(_ settled: sending State) {
        let waiting = state.withLock { state -> [Semaphore] in
            defer { state = settled }
            guard case .beingMade(let waiting) = state else { return [] }
            return waiting
        }
        for semaphore in waiting { semaphore.signal() }
    }
}
