import Synchronization

/// Whether a mount has ended, for the work that goes on beside it.
final class EndOfMount: Sendable {
    private let isHere = Atomic<Bool>(false)

    /// Whether it has.
    var hasCome: Bool { isHere.load(ordering: .relaxed) }

    /// Records that it has.
    func come() {
        isHere.store(true, ordering: .relaxed)
    }
}
