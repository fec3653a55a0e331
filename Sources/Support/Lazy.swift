import Synchronization

/// A value made when it is first needed, once for all who need it. What could not be made is tried again by the next.
public final class Lazy<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    /// No value yet.
    public init() {}

    /// The value, if it is there, without waiting for one that is being made.
    public var current: Value? {
        value.withLockIfAvailable { $0 } ?? nil
    }

    /// The value, made by `make` if there is none yet; others who need it wait meanwhile.
    public func get<E: Error>(make: () throws(E) -> Value) throws(E) -> Value {
        try value.withLock { value throws(E) in
            if let value { return value }
            let made = try make()
            value = made
            return made
        }
    }
}
