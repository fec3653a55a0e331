import Support
import Synchronization

@testable import Zarr

/// A store in memory, for tests. It knows neither versions nor times, and cannot say what is absent without reading.
final class MemoryStore: WritableStore {
    private let values: Mutex<[String: [UInt8]]>
    private let stagedCount = Mutex(0)
    private let isLocked = Mutex(())

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

    // MARK: - Reading

    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        guard let value = self[key] else { return nil }
        let range = try part.range(of: UInt64(value.count), key)
        memory(range.count).copyBytes(from: value[Int(range.lowerBound)..<Int(range.upperBound)])
        return ValueInfo(size: UInt64(value.count), version: nil)
    }

    func children(of prefix: String) throws(StoreError) -> [String] {
        let start = prefix.isEmpty ? "" : prefix + "/"
        let names = keys.filter { $0.hasPrefix(start) }.map { $0.dropFirst(start.count).split(separator: "/") }
        return Set(names.filter { $0.count > 1 }.map { String($0[0]) }).sorted()
    }

    func status(of key: String) throws(StoreError) -> KeyStatus? { KeyStatus(modified: nil, version: nil) }

    func values(below prefix: String) throws(StoreError) -> [ListedValue] {
        keys.filter { $0.hasPrefix(prefix + "/") }.map { ListedValue($0, byteCount: UInt64(self[$0]?.count ?? 0)) }
    }

    func looseValues(in prefix: String) throws(StoreError) -> [String] {
        let start = prefix.isEmpty ? "" : prefix + "/"
        return keys.filter { $0.hasPrefix(start) }.map { $0.dropFirst(start.count) }.filter { !$0.contains("/") }
            .map { String($0) }
    }

    func byteCount(below prefix: String) throws(StoreError) -> UInt64 {
        values.withLock { values in
            values.filter { prefix.isEmpty || $0.key.hasPrefix(prefix + "/") }.reduce(0) { $0 + UInt64($1.value.count) }
        }
    }

    // MARK: - Writing

    func stageNode() throws(StoreError) -> any StagedNode {
        let number = stagedCount.withLock { count in
            count += 1
            return count
        }
        return Node(in: self, path: ".staged-\(number)/node")
    }

    func syncNames(in path: String) throws(StoreError) {}

    func moveNode(_ place: String, to newPlace: String) throws(StoreError) -> Bool {
        try requireParent(of: newPlace)
        guard keys.contains(where: { $0.hasPrefix(place + "/") }) else {
            throw StoreError(.failed, "is not there", key: place)
        }
        return move(place, to: newPlace, isReplacing: false)
    }

    func removeNode(_ place: String) throws(StoreError) {
        let removed = keys.filter { $0.hasPrefix(place + "/") }
        guard !removed.isEmpty else { throw StoreError(.failed, "is not there", key: place) }
        values.withLock { values in for key in removed { values[key] = nil } }
    }

    func replace(_ key: String, with bytes: [UInt8]) throws(StoreError) {
        try requireParent(of: key)
        self[key] = bytes
    }

    func withLock<T>(on path: String, _ body: () throws(StoreError) -> T) throws(StoreError) -> T {
        try isLocked.withLock { _ throws(StoreError) in try body() }
    }

    func leftovers() throws(StoreError) -> [String] { [] }

    func removeLeftovers() throws(StoreError) -> [String] { [] }

    private func requireParent(of place: String) throws(StoreError) {
        let components = place.split(separator: "/", omittingEmptySubsequences: false)
        let parent = components.dropLast().map { $0 + "/" }.joined()
        guard !components.contains(""), !components.contains(".."),
            parent.isEmpty || keys.contains(where: { $0.hasPrefix(parent) })
        else { throw StoreError(.failed, "there is no such folder", key: place) }
    }

    /// Renames all keys below `old`; false if there are any below `new`, unless those are to be removed.
    private func move(_ old: String, to new: String, isReplacing: Bool) -> Bool {
        values.withLock { values in
            let taken = values.keys.filter { $0.hasPrefix(new + "/") }
            guard taken.isEmpty || isReplacing else { return false }
            for key in taken { values[key] = nil }
            for key in values.keys where key.hasPrefix(old + "/") {
                values[new + key.dropFirst(old.count)] = values.removeValue(forKey: key)
            }
            return true
        }
    }

    private final class Node: StagedNode {
        let path: String
        private let memory: MemoryStore
        private let isSynced = Mutex(false)
        var store: any WritableStore { memory }

        init(in store: MemoryStore, path: String) {
            memory = store
            self.path = path
        }

        deinit {
            try? discard()
        }

        func makeValue(_ key: String) throws(StoreError) -> any NewValue {
            try check(key)
            return Value { [memory, key = path(of: key)] in memory[key] = $0 }
        }

        func overwriteStart(of key: String, with bytes: [UInt8]) throws(StoreError) {
            try check(key)
            memory[path(of: key)]?.replaceSubrange(..<bytes.count, with: bytes)
        }

        private func check(_ key: String) throws(StoreError) {
            guard !isSynced.withLock({ $0 }) else { throw StoreError(.failed, "is complete", key: key) }
            guard !key.split(separator: "/").contains("..") else { throw StoreError(.failed, "is not a key", key: key) }
        }

        func sync() throws(StoreError) {
            isSynced.withLock { $0 = true }
        }

        func appear(at place: String) throws(StoreError) -> Bool {
            try sync()
            try memory.requireParent(of: place)
            return memory.move(path, to: place, isReplacing: false)
        }

        func withdraw(from place: String) throws(StoreError) {
            _ = memory.move(place, to: path, isReplacing: false)
        }

        func replace(_ place: String) throws(StoreError) {
            try sync()
            try memory.requireParent(of: place)
            _ = memory.move(path, to: place, isReplacing: true)
        }

        func discard() throws(StoreError) {
            for key in memory.keys where key.hasPrefix(path + "/") { memory[key] = nil }
        }
    }

    private final class Value: NewValue {
        private var bytes: [UInt8] = []
        private let keep: ([UInt8]) -> Void

        init(keep: @escaping ([UInt8]) -> Void) {
            self.keep = keep
        }

        var byteCount: Int { bytes.count }

        func append(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
            self.bytes += bytes
        }

        func finish() throws(StoreError) {
            keep(bytes)
        }
    }
}
