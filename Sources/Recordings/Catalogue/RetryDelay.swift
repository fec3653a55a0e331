/// When to try again what has failed: a second later, and twice as long after each further failure, up to about a minute.
///
/// Errors pass: a file server answers again, a descriptor is free again, a chunk is put back. Nothing is tried unless somebody asks.
struct RetryDelay: Sendable {
    private static let longest = Duration.seconds(64)

    private var delay = Duration.seconds(1)
    private var due: ContinuousClock.Instant

    /// The delay after a first failure.
    init() {
        due = .now + delay
    }

    /// Whether it is time to try again.
    var isOver: Bool { due <= .now }

    /// Whether it has failed so often that it is hardly going to pass.
    var isLongest: Bool { delay >= Self.longest }

    /// Waits for longer, after another failure.
    mutating func extend() {
        delay = min(delay * 2, Self.longest)
        due = .now + delay
    }
}
