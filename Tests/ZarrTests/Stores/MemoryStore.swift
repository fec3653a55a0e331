import Support
import Synchronization

@testable import Zarr

/// A store in memory, for tests.
final class MemoryStore: Store {
    private let values: Mutex<[String: [UInt8]]>

    init(_ values: [String: [UInt8]] = [:]) {
        self.values = Mutex(values)
    }

    /// A store of one array at the root: `document` is its zarr.json.
    convenience init(document: String, _ chunks: [String: [UInt8]] = [:]) {
        self.init(chunks.merging(["zarr.json": Array(document.utf8)]) { $1 })
    }

    subscript(key: String) -> [UInt8]? {
        get { values.withLock { $0[key] } }
        set { values.withLock { $0[key] = newValue } }
    }

    var keys: [String] { values.withLock { $0.keys.sorted() } }

    func size(of key: String) throws(StoreError) -> UInt64? {
        self[key].map { UInt64($0.count) }
    }

    func read(
        _ key: String, range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> Bool {
        guard let value = self[key] else { return false }
        guard range.upperBound <= value.count, buffer.count == range.count else {
            throw StoreError("range \(range) of \(value.count) into \(buffer.count)", key: key)
        }
        buffer.copyBytes(from: value[Int(range.lowerBound)..<Int(range.upperBound)])
        return true
    }

    func children(of prefix: String) throws(StoreError) -> [String] {
        let start = prefix.isEmpty ? "" : prefix + "/"
        let names = keys.filter { $0.hasPrefix(start) }.map { $0.dropFirst(start.count).split(separator: "/") }
        return Set(names.filter { $0.count > 1 }.map { String($0[0]) }).sorted()
    }

    func status(of key: String) throws(StoreError) -> KeyStatus? { nil }
}

/// A store that notes what was read from another.
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

    /// What was read since this was last asked.
    func takeReads() -> [Read] {
        log.withLock { log in
            defer { log = [] }
            return log
        }
    }

    func size(of key: String) throws(StoreError) -> UInt64? { try store.size(of: key) }

    func read(
        _ key: String, range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> Bool {
        log.withLock { $0.append(Read(key: key, range: range)) }
        return try store.read(key, range: range, into: buffer)
    }

    func children(of prefix: String) throws(StoreError) -> [String] { try store.children(of: prefix) }

    func status(of key: String) throws(StoreError) -> KeyStatus? { try store.status(of: key) }
}
