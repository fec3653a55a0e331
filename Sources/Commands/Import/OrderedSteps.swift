import Support
import Synchronization

/// Carries out steps in the order of their numbers, from 0 on, one at a time, whichever order they become ready in.
///
/// No thread waits for another's step: the step is carried out by the thread that makes the one before it ready.
final class OrderedSteps: Sendable {
    private struct State {
        /// The number of the step to be carried out next.
        var next = 0
        var isBusy = false
        var ready: [Int: @Sendable () -> Void] = [:]
        /// Who waits to begin the preparation of which step.
        var waiting: [(number: Int, gate: Semaphore)] = []
    }

    private let lead: Int
    private let state = Mutex(State())

    /// Steps of which at most `lead` are prepared or carried out at a time.
    init(lead: Int) {
        self.lead = lead
    }

    /// Waits until step `number` may be prepared.
    func prepare(_ number: Int) {
        let gate = Semaphore()
        let mustWait = state.withLock { state in
            guard number >= state.next + lead else { return false }
            state.waiting.append((number, gate))
            return true
        }
        if mustWait { gate.wait() }
    }

    /// Carries out `step` as number `number` once all before it have been.
    func finish(_ number: Int, _ step: @escaping @Sendable () -> Void) {
        state.withLock { $0.ready[number] = step }
        while let step = begin() {
            step()
            end()
        }
    }

    private func begin() -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard !state.isBusy, let step = state.ready.removeValue(forKey: state.next) else { return nil }
            state.isBusy = true
            return step
        }
    }

    private func end() {
        let gates = state.withLock { state in
            state.isBusy = false
            state.next += 1
            let limit = state.next + lead
            let open = state.waiting.filter { $0.number < limit }
            state.waiting.removeAll { $0.number < limit }
            return open.map(\.gate)
        }
        for gate in gates { gate.signal() }
    }
}
