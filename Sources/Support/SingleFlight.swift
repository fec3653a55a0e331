public import Synchronization

/// A value that one thread makes when it is first needed, while all other threads that need it sleep. If it cannot be made, the
/// next of them tries.
///
/// A Mutex held meanwhile would do the same, but a thread that waits for one spins as long as the owner runs (it is a PI futex),
/// and so takes a processor from threads that make something.
///
/// It is inlinable since every block that is read goes through one: code for any type of value takes several times as long.
public final class SingleFlight<Value: Sendable>: Sendable {
    @usableFromInline
    enum State: Sendable {
        case absent
        /// A thread is making it, and signals these when it has finished.
        case beingMade(waiting: [Semaphore])
        case present(Value)
    }

    /// What a thread that needs the value has to do.
    @usableFromInline
    enum Turn: Sendable {
        case take(Value)
        case make
        case wait(Semaphore)
    }

    @usableFromInline let state: Mutex<State>

    /// A value that is not made yet.
    @inlinable
    public init() {
        state = Mutex(.absent)
    }

    /// The value; nil if it is not made yet, even if a thread is making it.
    public var current: Value? {
        state.withLock { state in
            guard case .present(let value) = state else { return nil }
            return value
        }
    }

    /// Whether a thread is making the value.
    var isBeingMade: Bool {
        state.withLock { state in
            guard case .beingMade = state else { return false }
            return true
        }
    }

    /// The value, made by `make` if there is none yet; other threads that need it wait meanwhile. `make` must not ask for it. If
    /// it throws, this caller alone gets the error.
    ///
    /// A caller whose work is cancelled waits no longer, but calls `make` itself, which is to throw for that reason. What is made by
    /// a cancelled caller goes to that one alone, since it may be no more than a part.
    @inlinable
    public func get<E: Error>(make: () throws(E) -> Value) throws(E) -> Value {
        while true {
            switch turn() {
            case .take(let value): return value
            case .wait(let semaphore):
                guard semaphore.waitUnlessCancelled() else { return try make() }
            case .make:
                do throws(E) {
                    let value = try make()
                    settle(Cancellation.isRequested ? .absent : .present(value))
                    return value
                } catch {
                    settle(.absent)
                    throw error
                }
            }
        }
    }

    /// Sets the value.
    public func set(_ value: Value) {
        settle(.present(value))
    }

    /// Drops the value, which is made again when it is next needed. A value that is being made is not affected.
    public func clear() {
        // The value is deinitialized outside the lock.
        let dropped = state.withLock { state -> State? in
            guard case .present = state else { return nil }
            defer { state = .absent }
            return state
        }
        _ = dropped
    }

    @inlinable
    func turn() -> Turn {
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

    @inlinable
    func settle(_ settled: sending State) {
        let waiting = state.withLock { state -> [Semaphore] in
            defer { state = settled }
            guard case .beingMade(let waiting) = state else { return [] }
            return waiting
        }
        for semaphore in waiting { semaphore.signal() }
    }
}
