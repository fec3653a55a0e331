import Glibc
import Support
import Synchronization

/// A hidden folder at the root of a store in which nodes and files are written before they are renamed to their places, so that
/// they appear as a whole or not at all.
///
/// It holds no zarr.json and is therefore no node to any reader. A folder is taken for one only by its whole name and if it has a lock
/// file and no zarr.json, or nothing but what is written to one: anything else was put there by somebody else. After a power cut the lock
/// file, which is the first that is written, may be the one that is missing.
///
/// Its lock is held as long as this object lives, and is released by the system when the process ends, in whatever way. Not every file
/// system tells others of locks, so the lock file also says who made the folder: it was left behind if its lock is free and the process
/// does not live, or, if that is another machine's, if the folder is a day old. Should it live nevertheless, nothing of a recording is lost
/// unsaid: the folder is renamed before anything in it is removed, and what is in it can then not be published.
final class StagingFolder: Sendable {
    /// The beginning of the names of all such folders; the process's id and a random number follow.
    static let prefix = "\(NodeName.reservedPrefix)staging-"
    private static let lockName = "lock"
    /// What else may be in one.
    static let nodeName = "node"
    static let valueName = "value"
    static let replacedName = "replaced"
    static let removedName = "removed"
    /// The paths of those of this process.
    private static let own = Mutex<Set<String>>([])

    /// Its path in the store.
    let path: String
    private let lock: OwnedDescriptor
    private let changes: StoreChanges

    /// Makes a new one in `store`.
    init(in store: DirectoryStore) throws(StoreError) {
        changes = store.changes
        while true {
            let path = Self.newPath()
            if let lock = try Self.makeOwn(path, store.changes) {
                self.path = path
                self.lock = lock
                return
            }
        }
    }

    deinit {
        Self.own.withLock { _ = $0.remove(path) }
    }

    /// A name that no folder has.
    static func newPath() -> String {
        "\(prefix)\(getpid())-\(String(UInt64.random(in: 0...(.max)), radix: 36))"
    }

    /// The lock of the new folder `path`, which is one of this process from before it exists; nil as below.
    private static func makeOwn(_ path: String, _ changes: StoreChanges) throws(StoreError) -> OwnedDescriptor? {
        own.withLock { _ = $0.insert(path) }
        var lock: OwnedDescriptor?
        defer { if lock == nil { own.withLock { _ = $0.remove(path) } } }
        do throws(StoreError) {
            lock = try make(path, changes)
        } catch {
            // What cannot be removed is found as a leftover.
            try? removeLocked(path, changes)
            _ = try? changes.removeFolder(path)
            throw error
        }
        return lock
    }

    /// The lock of the new folder `path`; nil if another process took the folder for a leftover before it was locked.
    private static func make(_ path: String, _ changes: StoreChanges) throws(StoreError) -> OwnedDescriptor? {
        guard try changes.makeFolder(path) else { return nil }
        guard let lock = try openLock(of: path, O_RDWR | O_CREAT, changes) else { return nil }
        _ = try changes.lock(lock, LOCK_EX, path)
        try NewFile(key: "\(path)/\(lockName)", file: lock, changes: changes).append(
            Array(StagingOwner.current.text.utf8))
        return changes.root.status(of: "\(path)/\(lockName)", links: .none)?.st_ino == lock.status?.st_ino ? lock : nil
    }

    /// The lock file of the folder `path`, open; nil if there is none.
    private static func openLock(
        of path: String, _ flags: Int32, _ changes: StoreChanges
    ) throws(StoreError) -> OwnedDescriptor? {
        var descriptor: Int32 = -1
        let code = try changes.attempt("openat", path, "cannot be locked", unless: ENOENT) {
            descriptor = changes.root.open("\(path)/\(lockName)", flags, mode: 0o666, links: .none)
            return descriptor
        }
        return code == 0 ? OwnedDescriptor(descriptor: descriptor) : nil
    }

    /// Whether the folder `name` at the root of a store is one of these, whether or not its process lives.
    static func isStaging(_ name: String, of root: StoreFolder) throws(StoreError) -> Bool {
        guard name.wholeMatch(of: #/\.zarrwlr-staging-[0-9]+-[0-9a-z]+/#) != nil else { return false }
        let entries = try FolderEntry.all(in: name, of: root, links: .none) ?? []
        let isLocked = entries.contains { $0.name == lockName && !$0.isDirectory }
        return isLocked ? !entries.contains { $0.name == "zarr.json" } : isOwn(entries)
    }

    /// Whether a folder with `entries` has nothing but what is written to one of these beside its lock file.
    private static func isOwn(_ entries: [FolderEntry]) -> Bool {
        let names = [nodeName, valueName, replacedName, removedName]
        return entries.allSatisfy { names.contains($0.name) }
    }

    /// Removes it and all it holds.
    func remove() throws(StoreError) {
        try Self.removeLocked(path, changes)
    }

    /// Removes the folder `path` and all it holds, unless it was not left behind; false if not.
    static func removeAbandoned(_ path: String, _ changes: StoreChanges) throws(StoreError) -> Bool {
        if let lock = try openLock(of: path, O_RDWR, changes) {
            guard try changes.lock(lock, LOCK_EX | LOCK_NB, path), isAbandoned(path, lock) else { return false }
            return try removeMoved(path, changes)
        }
        // If it is a living process's and has no lock yet, it has nothing else either.
        if try changes.removeFolder(path) { return true }
        let entries = try FolderEntry.all(in: path, of: changes.root, links: .none) ?? []
        guard !entries.isEmpty, isOwn(entries), try openLock(of: path, O_RDONLY, changes) == nil else { return false }
        return try removeMoved(path, changes)
    }

    /// Removes the folder `path` of a process that does not live, unless another process does; false if it cannot be moved aside.
    private static func removeMoved(_ path: String, _ changes: StoreChanges) throws(StoreError) -> Bool {
        let doomed = newPath()
        do throws(StoreError) {
            guard try changes.moveFolder(path, to: doomed) else { return false }
        } catch {
            // Another process was faster.
            if error.isFailure(with: ENOENT) { return true }
            throw error
        }
        try removeLocked(doomed, changes)
        return true
    }

    /// Whether the folder `path` was left behind. Changes nothing.
    static func isAbandoned(_ path: String, of root: StoreFolder) throws(StoreError) -> Bool {
        let descriptor = root.open("\(path)/\(lockName)", O_RDONLY, links: .none)
        guard descriptor >= 0 else {
            if errno == ENOENT { return true }
            throw StoreError("cannot be read", key: path, system: SystemError("openat2", "\(path)/\(lockName)"))
        }
        let lock = OwnedDescriptor(descriptor: descriptor)
        guard flock(lock.descriptor, LOCK_SH | LOCK_NB) == 0 || StoreChanges.hasNoLocks(errno) else {
            guard errno == EWOULDBLOCK else {
                throw StoreError("cannot be locked", key: path, system: SystemError("flock", path))
            }
            return false
        }
        return isAbandoned(path, lock)
    }

    /// Whether the folder `path` with the lock file that is open at `lock`, and whose lock is free, was left behind.
    private static func isAbandoned(_ path: String, _ lock: OwnedDescriptor) -> Bool {
        guard let owner = owner(of: lock) else { return true }
        if owner == .current { return !own.withLock { $0.contains(path) } }
        if owner.isOfEarlierRun { return true }
        if let isAlive = owner.isAlive { return !isAlive }
        guard let status = lock.status else { return false }
        return time(nil) - status.st_mtim.tv_sec > secondsUntilAbandoned
    }

    /// How old a folder of another machine is that was left behind. No recording is written for that long.
    private static let secondsUntilAbandoned = 24 * 60 * 60

    /// Who made the folder with that lock file; nil if it does not say so.
    private static func owner(of lock: OwnedDescriptor) -> StagingOwner? {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = pread(lock.descriptor, &bytes, bytes.count, 0)
        return count > 0 ? StagingOwner(String(decoding: bytes[..<count], as: UTF8.self)) : nil
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
    /// What fstat(2) says; nil if it fails.
    fileprivate var status: stat? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status : nil
    }
}
