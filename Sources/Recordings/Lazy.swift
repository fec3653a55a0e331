import Synchronization

/// A value made when it is first needed, once for all who need it. What could not be made is tried again by the next.
final class Lazy<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    /// The value, made by `make` if there is none yet; others who need it wait meanwhile.
    func get<E: Error>(make: () throws(E) -> Value) throws(E) -> Value {
        try value.withLock { value throws(E) in
            if let value { return value }
            let made = try make()
            value = made
            return made
        }
    }
}
