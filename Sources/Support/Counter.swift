import Synchronization

/// A count that only grows. Any thread may add to it, at the cost of one atomic addition.
public struct Counter: ~Copyable, Sendable {
    private let count = Atomic<UInt64>(0)

    /// A counter at zero.
    public init() {}

    /// Adds `amount`; past `UInt64.max` the count wraps to zero.
    public func add(_ amount: UInt64 = 1) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    /// The current count.
    public var value: UInt64 { count.load(ordering: .relaxed) }
}
