import Synchronization

/// A number that only grows, counted up from any thread at the cost of one atomic addition.
public struct Counter: ~Copyable, Sendable {
    private let count = Atomic<UInt64>(0)

    /// A counter at zero.
    public init() {}

    /// Counts `amount` more; past `UInt64.max` it begins anew.
    public func add(_ amount: UInt64 = 1) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    /// The count by now.
    public var value: UInt64 { count.load(ordering: .relaxed) }
}
