import Support
import Synchronization
import Zarr

/// A store whose values fail to be read, or are missing, as long as a rule says so.
final class FaultyStore: Store {
    /// What happens to a key, or to a prefix that is listed.
    enum Fault: Sendable {
        /// A system call fails with this errno.
        case error(Int32)
        /// It seems not to be there.
        case missing
    }

    private let base: any Store
    private let rule = Mutex<@Sendable (String) -> Fault?> { _ in nil }
    private let reads = Atomic<Int>(0)

    /// The values of `base`, without faults.
    init(_ base: any Store) {
        self.base = base
    }

    /// From now on, what `fault` says of a key happens to it.
    func fail(_ fault: @escaping @Sendable (_ key: String) -> Fault?) { rule.withLock { $0 = fault } }

    /// From now on, everything can be read.
    func heal() { fail { _ in nil } }

    /// How often a value was read since the last call.
    func takeReads() -> Int { reads.exchange(0, ordering: .relaxed) }

    /// Whether `key` is there; throws if it fails.
    private func isThere(_ key: String) throws(StoreError) -> Bool {
        switch rule.withLock({ $0 })(key) {
        case nil: return true
        case .missing: return false
        case .error(let code):
            throw StoreError(.failed, "cannot read", key: key, cause: SystemError("read", key, code: code))
        }
    }

    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        reads.add(1, ordering: .relaxed)
        return try isThere(key) ? base.get(key, part, into: memory) : nil
    }

    func children(of prefix: String) throws(StoreError) -> [String] {
        try isThere(prefix) ? base.children(of: prefix) : []
    }

    func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try base.byteCount(below: prefix) }

    func status(of key: String) throws(StoreError) -> KeyStatus? {
        try isThere(key) ? base.status(of: key) : nil
    }
}
