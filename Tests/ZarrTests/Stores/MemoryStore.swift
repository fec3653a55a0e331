import Support
import Synchronization

@testable import Zarr

/// A store in memory, for tests. It knows no versions and no times, and does not know what is absent without reading.
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

    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        guard let value = self[key] else { return nil }
        let range = try part.range(of: UInt64(value.count), key)
        memory(range.count).copyBytes(from: value[Int(range.lowerBound)..<Int(range.upperBound)])
        return ValueInfo(size: UInt64(value.count), version: nil)
    }

    func children(of prefix: String) throws(StoreError) -> [String] {
        let names = keys(below: prefix).map { $0.split(separator: "/") }
        return Set(names.filter { $0.count > 1 }.map { String($0[0]) }).sorted()
    }

    func status(of key: String) throws(StoreError) -> KeyStatus? { KeyStatus(modified: nil, version: nil) }

    func byteCount(below prefix: String) throws(StoreError) -> UInt64 {
        let start = prefix.isEmpty ? "" : prefix + "/"
        return keys(below: prefix).reduce(0) { $0 + UInt64(self[start + $1]?.count ?? 0) }
    }

    /// The keys below `prefix`, without it.
    private func keys(below prefix: String) -> [Substring] {
        let start = prefix.isEmpty ? "" : prefix + "/"
        return keys.filter { $0.hasPrefix(start) }.map { $0.dropFirst(start.count) }
    }
}
