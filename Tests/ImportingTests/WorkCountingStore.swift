import Support
import Synchronization
import Zarr

/// A store that counts what it is asked: the work that a command does, whatever the time it takes.
final class WorkCountingStore: Store {
    private let base: any Store
    private let count = Atomic<Int>(0)

    init(_ base: any Store) {
        self.base = base
    }

    /// How often anything was asked since the last call.
    func takeCount() -> Int { count.exchange(0, ordering: .relaxed) }

    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        count.add(1, ordering: .relaxed)
        return try base.get(key, part, into: memory)
    }

    func children(of prefix: String) throws(StoreError) -> [String] {
        count.add(1, ordering: .relaxed)
        return try base.children(of: prefix)
    }

    func byteCount(below prefix: String) throws(StoreError) -> UInt64 {
        count.add(1, ordering: .relaxed)
        return try base.byteCount(below: prefix)
    }

    func status(of key: String) throws(StoreError) -> KeyStatus? {
        count.add(1, ordering: .relaxed)
        return try base.status(of: key)
    }
}
