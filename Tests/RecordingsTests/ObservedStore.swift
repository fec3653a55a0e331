import Synchronization
import Zarr

/// A store that records the requests to another, and lets each wait until `gate` returns.
final class ObservedStore: Store {
    private let base: any Store
    private let gate: @Sendable (_ key: String) -> Void
    private let asked = Mutex<Set<String>>([])

    init(_ base: any Store, gate: @escaping @Sendable (_ key: String) -> Void = { _ in }) {
        self.base = base
        self.gate = gate
    }

    /// The keys and prefixes that were asked for since the last call.
    func takeKeys() -> Set<String> {
        asked.withLock { asked in
            defer { asked = [] }
            return asked
        }
    }

    private func note(_ key: String) {
        asked.withLock { _ = $0.insert(key) }
        gate(key)
    }

    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        note(key)
        return try base.get(key, part, into: memory)
    }

    func children(of prefix: String) throws(StoreError) -> [String] {
        note(prefix)
        return try base.children(of: prefix)
    }

    func status(of key: String) throws(StoreError) -> KeyStatus? {
        note(key)
        return try base.status(of: key)
    }

    func byteCount(below prefix: String) throws(StoreError) -> UInt64 {
        note(prefix)
        return try base.byteCount(below: prefix)
    }
}
