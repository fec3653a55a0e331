/// Whether work is still wanted: nobody waits for the answer to a request that was interrupted, or to a mount that ends.
///
/// A thread works under at most one. Whoever begins work that may be given up runs it by `run`, and loops that may take long ask
/// `Cancellation.check` or `Cancellation.isRequested` at every step. Without one, nothing is given up.
public struct Cancellation: Sendable {
    /// Why work is given up.
    public enum Reason: Sendable {
        /// Nobody waits for this work any more. What was found on the way must not be kept, since it may be a part.
        case interrupted
        /// All work ends.
        case ended
    }

    private let look: @Sendable () -> Reason?
    /// When what somebody waits for began; nil if nobody waits for this work in particular.
    public let began: ContinuousClock.Instant?

    @usableFromInline static let ofThread = TaskLocal<Cancellation?>(wrappedValue: nil)

    /// A cancellation for which `look` says whether, and why, work is to be given up. It is called often, and from any thread.
    public init(began: ContinuousClock.Instant? = nil, _ look: @escaping @Sendable () -> Reason?) {
        self.began = began
        self.look = look
    }

    /// The one under which this thread works; nil if there is none.
    public static var current: Cancellation? { ofThread.get() }

    /// Why the work of this thread is to be given up; nil if it is wanted.
    public static var reason: Reason? { ofThread.get()?.look() }

    /// Whether the work of this thread is to be given up.
    public static var isRequested: Bool { reason != nil }

    /// Throws if the work of this thread is to be given up.
    public static func check() throws(Cancelled) {
        if isRequested { throw Cancelled() }
    }

    /// Calls `body`, whose work on this thread can be given up; that of threads which `Parallel` and the like start for it, too.
    @inlinable
    public func run<T, E: Error>(_ body: () throws(E) -> T) throws(E) -> T {
        let result = Self.ofThread.withValue(self) { Result { () throws(E) in try body() } }
        return try result.get()
    }
}

extension Cancellation? {
    /// Calls `body` under the cancellation, if there is one.
    func run(_ body: () -> Void) {
        guard let self else { return body() }
        self.run(body)
    }
}

/// Why work that was given up has no result. It says nothing about what was worked on.
public struct Cancelled: DescribedError {
    /// Work on this thread was given up.
    public init() {}

    /// That it was given up.
    public var summary: String { "was interrupted" }
}

extension Error {
    /// Whether it says, or was caused by, nothing but that the work was given up.
    public var isCancellation: Bool {
        var error: (any Error)? = self
        while let current = error {
            if current is Cancelled { return true }
            error = (current as? any DescribedError)?.cause
        }
        return false
    }
}
