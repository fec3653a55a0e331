import Glibc
import Support

/// A hidden folder at the root of a store in which nodes and files are written before they are renamed to their places, so that
/// they appear as a whole or not at all.
///
/// It holds no zarr.json and is therefore no node to any reader. A folder is taken for one only by its whole name and if it has a lock
/// file and no zarr.json, or is empty: anything else was put there by somebody else. Its lock is held as long as this object lives, and is
/// released by the system when the process ends, in whatever way: a folder whose lock no process holds was left by a
/// dead process.
final class StagingFolder: Sendable {
    /// The beginning of the names of all such folders; the process's id and a random number follow.
    static let prefix = "\(NodeName.reservedPrefix)staging-"
    private static let lockName = "lock"

    /// Its path in the store.
    let path: String
    private let lock: OwnedDescriptor
    private let changes: StoreChanges

    /// Makes a new one in `store`.
    init(in store: DirectoryStore) throws(StoreError) {
        changes = store.changes
        while true {
            let path = "\(Self.prefix)\(getpid())-\(String(UInt64.random(in: 0...(.max)), radix: 36))"
            if let lock = try Self.make(path, store.changes) {
                self.path = path
                self.lock = lock
                return
            }
        }
    }

    /// The lock of the new folder `path`; nil if another process removed the folder as a leftover before it was locked.
    private static func make(_ path: String, _ changes: StoreChanges) throws(StoreError) -> OwnedDescriptor? {
        guard try changes.makeFolder(path) else { return nil }
        guard let lock = try openLock(of: path, changes) else { return nil }
        _ = try changes.attempt("flock", path, "cannot be locked") { flock(lock.descriptor, LOCK_EX) }
        return lock.hasName ? lock : nil
    }

    /// The lock file of the folder `path`, open, and made if it does not exist; nil if there is no such folder.
    private static func openLock(of path: String, _ changes: StoreChanges) throws(StoreError) -> OwnedDescriptor? {
        var descriptor: Int32 = -1
        let code = try changes.attempt("openat", path, "cannot be locked", unless: ENOENT) {
            descriptor = changes.root.open("\(path)/\(lockName)", O_RDWR | O_CREAT, mode: 0o666, links: .none)
            return descriptor
        }
        return code == 0 ? OwnedDescriptor(descriptor: descriptor) : nil
    }

    /// Whether the folder `name` at the root of a store is one of these, whether or not its process lives.
    static func isStaging(_ name: String, of root: StoreFolder) throws(StoreError) -> Bool {
        guard name.wholeMatch(of: #/\.zarrwlr-staging-[0-9]+-[0-9a-z]+/#) != nil else { return false }
        let entries = try FolderEntry.all(in: name, of: root, links: .none) ?? []
        let isLocked = entries.contains { $0.name == lockName && !$0.isDirectory }
        return entries.isEmpty || isLocked && !entries.contains { $0.name == "zarr.json" }
    }

    /// Removes it and all it holds.
    func remove() throws(StoreError) {
        try Self.removeLocked(path, changes)
    }

    /// Removes the folder `path` and all it holds, unless a living process holds its lock; false if one does.
    static func removeAbandoned(_ path: String, _ changes: StoreChanges) throws(StoreError) -> Bool {
        guard let lock = try openLock(of: path, changes) else { return true }
        let code = try changes.attempt("flock", path, "cannot be locked", unless: EWOULDBLOCK) {
            flock(lock.descriptor, LOCK_EX | LOCK_NB)
        }
        guard code == 0 else { return false }
        if lock.hasName { try removeLocked(path, changes) }
        return true
    }

    /// Whether no living process holds the lock of the folder `path`. Changes nothing.
    static func isAbandoned(_ path: String, of root: StoreFolder) throws(StoreError) -> Bool {
        let descriptor = root.open("\(path)/\(lockName)", O_RDONLY, links: .none)
        guard descriptor >= 0 else {
            if errno == ENOENT { return true }
            throw StoreError("cannot be read", key: path, system: SystemError("openat2", "\(path)/\(lockName)"))
        }
        let lock = OwnedDescriptor(descriptor: descriptor)
        if flock(lock.descriptor, LOCK_SH | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else {
            throw StoreError("cannot be locked", key: path, system: SystemError("flock", path))
        }
        return false
    }

    private static func removeLocked(_ path: String, _ changes: StoreChanges) throws(StoreError) {
        for entry in try FolderEntry.all(in: path, of: changes.root, links: .none) ?? [] where entry.name != lockName {
            if entry.isDirectory {
                try changes.removeTree("\(path)/\(entry.name)")
            } else {
                try changes.removeFile("\(path)/\(entry.name)")
            }
        }
        // The lock file last: as long as it is there, no other process takes the folder for a leftover.
        try changes.removeFile("\(path)/\(lockName)")
        _ = try changes.removeFolder(path)
    }
}

extension OwnedDescriptor {
    /// Whether the file still has a name; it has none if it was removed while it was opened.
    fileprivate var hasName: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink > 0
    }
}
