import Support
import Synchronization

/// A node of a directory store that is being written: a folder in a hidden folder of the store, until it is renamed.
final class DirectoryStagedNode: StagedNode {
    let path: String
    var store: any WritableStore { directory }

    private let directory: DirectoryStore
    private let staging: StagingFolder
    /// The folders that exist in this one, and this one.
    private let folders: Mutex<Set<String>>
    /// What came of syncing; nil as long as the node can be written to.
    private let synced = Mutex<Result<Void, StoreError>?>(nil)

    /// Begins a node of `store`.
    init(in store: DirectoryStore) throws(StoreError) {
        directory = store
        staging = try StagingFolder(in: store)
        path = "\(staging.path)/\(StagingFolder.nodeName)"
        folders = Mutex([staging.path, path])
        _ = try store.changes.makeFolder(path)
    }

    deinit {
        // What cannot be removed is found as a leftover.
        try? discard()
    }

    func makeValue(_ key: String) throws(StoreError) -> any NewValue {
        let key = try writablePath(of: key)
        try makeParents(of: key)
        return try directory.changes.makeFile(key)
    }

    func overwriteStart(of key: String, with bytes: [UInt8]) throws(StoreError) {
        let file = try directory.changes.openFile(writablePath(of: key))
        try file.append(bytes)
        file.finish()
    }

    private func makeParents(of key: String) throws(StoreError) {
        let result = folders.withLock { known in
            Result { () throws(StoreError) in try directory.changes.makeParents(of: key, known: &known) }
        }
        try result.get()
    }

    private func writablePath(of key: String) throws(StoreError) -> String {
        let path = path(of: key)
        try directory.check(path, isPrefix: false)
        guard synced.withLock({ $0 == nil }) else { throw StoreError(.failed, "is complete already", key: path) }
        return path
    }

    func sync() throws(StoreError) {
        if let synced = synced.withLock({ $0 }) { return try synced.get() }
        // A failure is remembered: the kernel reports it once, and would then let a second fsync(2) succeed.
        let result = Result { () throws(StoreError) in try directory.changes.syncTree(path) }
        synced.withLock { $0 = result }
        try result.get()
    }

    /// Remembers what came of syncing everything, unless this node was synced before.
    func remember(_ result: Result<Void, StoreError>) {
        synced.withLock { if $0 == nil { $0 = result } }
    }

    func appear(at place: String) throws(StoreError) -> Bool {
        try directory.check(place, isPrefix: false)
        try sync()
        return try directory.changes.moveFolder(path, to: place)
    }

    func withdraw(from place: String) throws(StoreError) {
        _ = try directory.changes.moveFolder(place, to: path)
        // Something else may be put there.
        directory.files.removeAll()
    }

    /// On a file system that cannot exchange two names a reader may for a moment find neither node, and a process killed in that
    /// moment leaves neither.
    func replace(_ place: String) throws(StoreError) {
        if try publish(as: place) { return }
        if try !directory.changes.exchange(path, place) { try moveAside(place) }
        try directory.changes.sync(NodeName.parent(of: place))
        directory.files.removeAll()
    }

    private func moveAside(_ place: String) throws(StoreError) {
        let aside = "\(staging.path)/\(StagingFolder.replacedName)"
        _ = try directory.changes.moveFolder(place, to: aside)
        do throws(StoreError) {
            guard try directory.changes.moveFolder(path, to: place) else {
                throw StoreError(.failed, "something else was put there", key: place)
            }
        } catch {
            _ = try directory.changes.moveFolder(aside, to: place)
            throw error
        }
    }

    func discard() throws(StoreError) {
        // Files that are open keep their space on the disk.
        directory.files.removeAll()
        try staging.remove()
    }
}
