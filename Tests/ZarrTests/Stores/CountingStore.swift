import Synchronization

@testable import Zarr

/// A store that records what was read from another.
final class CountingStore: Store {
    struct Read: Equatable {
        let key: String
        let range: Range<UInt64>
    }

    private let store: any Store
    private let log = Mutex<[Read]>([])

    init(_ store: any Store) {
        self.store = store
    }

    /// What was read since this was last called; what turned out to be absent is not recorded.
    func takeReads() -> [Read] {
        log.withLock { log in
            defer { log = [] }
            return log
        }
    }

    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        guard let info = try store.get(key, part, into: memory) else { return nil }
        let range = try part.range(of: info.size, key)
        log.withLock { $0.append(Read(key: key, range: range)) }
        return info
    }

    func children(of prefix: String) throws(StoreError) -> [String] { try store.children(of: prefix) }

    func status(of key: String) throws(StoreError) -> KeyStatus? { try store.status(of: key) }

    func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try store.byteCount(below: prefix) }
}
