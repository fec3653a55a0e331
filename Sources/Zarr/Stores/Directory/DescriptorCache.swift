import Synchronization

/// The files that were read from most recently, kept open: a small read is then one system call instead of three.
final class DescriptorCache: Sendable {
    private struct Entry {
        let file: ReadableFile
        var lastUse: UInt64
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var clock: UInt64 = 0
        /// Those that are released next, the first one last. One that was used since is not.
        private var oldest: [(key: String, lastUse: UInt64)] = []

        /// The most that are looked up at once: to look for one each time takes as long as opening a file.
        private static let oldestCount = 16

        /// Takes the entry out that was used least recently; nil if there are none.
        mutating func takeOldest() -> Entry? {
            while true {
                if oldest.isEmpty {
                    let uses = entries.map { (key: $0.key, lastUse: $0.value.lastUse) }
                    oldest = uses.sorted { $0.lastUse > $1.lastUse }.suffix(Self.oldestCount)
                }
                guard let (key, lastUse) = oldest.popLast() else { return nil }
                if entries[key]?.lastUse == lastUse { return entries.removeValue(forKey: key) }
            }
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    /// A cache of at most `limit` files.
    init(limit: Int) {
        self.limit = limit
    }

    /// The file kept under `key`.
    func file(_ key: String) -> ReadableFile? {
        state.withLock { state in
            guard let index = state.entries.index(forKey: key) else { return nil }
            state.clock += 1
            state.entries.values[index].lastUse = state.clock
            return state.entries.values[index].file
        }
    }

    /// Keeps `file` under `key`, and releases the least recently used file if there are too many.
    func insert(_ file: ReadableFile, _ key: String) {
        // Closed outside the lock.
        var dropped: Entry?
        state.withLock { state in
            state.clock += 1
            let previous = state.entries.updateValue(Entry(file: file, lastUse: state.clock), forKey: key)
            dropped = previous ?? (state.entries.count > limit ? state.takeOldest() : nil)
        }
        _ = dropped
    }

    /// Releases the file kept under `key`.
    func remove(_ key: String) {
        // Closed outside the lock.
        let dropped = state.withLock { $0.entries.removeValue(forKey: key) }
        _ = dropped
    }

    /// Releases all files: what their keys name has changed.
    func removeAll() {
        // Closed outside the lock.
        let dropped = state.withLock { state in
            defer { state.entries.removeAll() }
            return state.entries
        }
        _ = dropped
    }
}
