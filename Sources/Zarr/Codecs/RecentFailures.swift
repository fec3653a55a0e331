import Support
import Synchronization

/// The chunks that could not be decoded a moment ago: a reader asks for many parts of a chunk, one after the other, and trying each time
/// would cost as much as decoding it.
final class RecentFailures: Sendable {
    private struct Failure {
        let number: Int
        let error: ZarrError
        let end: ContinuousClock.Instant
    }

    /// How long a failure is remembered: a store may be repaired.
    private static let duration = Duration.seconds(1)
    /// How many are remembered.
    private static let limit = 16

    private let failures = Mutex<[Failure]>([])

    /// Why the chunk `number` could not be decoded a moment ago; nil if it could, or was not tried.
    func failure(of number: Int) -> ZarrError? {
        failures.withLock { failures in
            guard !failures.isEmpty else { return nil }
            failures.removeAll { $0.end < .now }
            return failures.first { $0.number == number }?.error
        }
    }

    /// Records that the chunk `number` could not be decoded because of `error`.
    func add(_ error: ZarrError, of number: Int) {
        failures.withLock { failures in
            if failures.count == Self.limit { failures.removeFirst() }
            failures.append(Failure(number: number, error: error, end: .now + Self.duration))
        }
    }
}
