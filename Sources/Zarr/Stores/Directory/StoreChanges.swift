import CLinux
import Glibc
import Support

/// The system calls that change the files of a store, each made in one place only. Paths are relative to the store's root, and no
/// symbolic link in them is followed.
struct StoreChanges: Sendable {
    /// Called before each change with the name of the system call and the path. If it throws, the call fails with that
    /// error.
    typealias Observer = @Sendable (_ call: String, _ path: String) throws(SystemError) -> Void

    /// Folders nested deeper than this are refused; none that is written here is.
    private static let maximumDepth = 32

    let root: StoreFolder
    let willChange: Observer

    // MARK: - Making

    /// Makes the folder `path`; false if something of that name exists.
    func makeFolder(_ path: String) throws(StoreError) -> Bool {
        try attempt("mkdirat", path, "the folder cannot be made", unless: EEXIST) {
            root.withParent(of: path) { mkdirat($0, $1, 0o777) }
        } == 0
    }

    /// Makes those folders above the file `path` that do not exist; `known` are folders that do, to which they are added.
    func makeParents(of path: String, known: inout Set<String>) throws(StoreError) {
        var missing: [String] = []
        var folder = NodeName.parent(of: path)
        while !folder.isEmpty, !known.contains(folder) {
            missing.append(folder)
            folder = NodeName.parent(of: folder)
        }
        for folder in missing.reversed() {
            _ = try makeFolder(folder)
            known.insert(folder)
        }
    }

    /// Makes the file `path`, which must not exist.
    func makeFile(_ path: String) throws(StoreError) -> NewFile {
        var descriptor: Int32 = -1
        _ = try attempt("openat", path, "the file cannot be made") {
            descriptor = root.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o666, links: .none)
            return descriptor
        }
        return NewFile(key: path, file: OwnedDescriptor(descriptor: descriptor), changes: self)
    }

    /// Opens the file `path`, which must exist, to be overwritten from its first byte on.
    func openFile(_ path: String) throws(StoreError) -> NewFile {
        var descriptor: Int32 = -1
        _ = try attempt("openat", path, "the file cannot be opened") {
            descriptor = root.open(path, O_WRONLY, links: .none)
            return descriptor
        }
        return NewFile(key: path, file: OwnedDescriptor(descriptor: descriptor), changes: self)
    }

    /// Sets the time of the folder `path`, in which something was changed, to what it is: those who watch the folder that it is in, and not
    /// it, then notice that. Nothing is wrong if it fails.
    func touch(_ path: String) {
        guard !path.isEmpty else { return }
        _ = root.withParent(of: path) { utimensat($0, $1, nil, AT_SYMLINK_NOFOLLOW) }
    }

    // MARK: - Moving

    /// Renames the folder `old` to `new`; false if that name is taken.
    func moveFolder(_ old: String, to new: String) throws(StoreError) -> Bool {
        let code = try attempt("renameat2", new, "cannot be put in place", unless: EEXIST, EINVAL) {
            rename(old, new) { renameat2($0, $1, $2, $3, UInt32(zwl_rename_noreplace)) }
        }
        guard code == EINVAL else { return code == 0 }
        // This file system supports no flags. A plain rename replaces no folder that holds anything.
        return try attempt("renameat", new, "cannot be put in place", unless: EEXIST, ENOTEMPTY) {
            rename(old, new) { renameat($0, $1, $2, $3) }
        } == 0
    }

    /// Exchanges `old` and `new`; false if the file system cannot.
    func exchange(_ old: String, _ new: String) throws(StoreError) -> Bool {
        try attempt("renameat2", new, "cannot be exchanged", unless: EINVAL) {
            rename(old, new) { renameat2($0, $1, $2, $3, UInt32(zwl_rename_exchange)) }
        } == 0
    }

    /// Renames the file `old` to `new`, and replaces the file of that name.
    func replaceFile(_ new: String, with old: String) throws(StoreError) {
        _ = try attempt("renameat", new, "cannot be put in place") {
            rename(old, new) { renameat($0, $1, $2, $3) }
        }
    }

    /// Calls `body` with the folder and the last name of `old`, and those of `new`.
    private func rename(
        _ old: String, _ new: String,
        _ body: (_ folder: Int32, _ name: String, _ newFolder: Int32, _ newName: String) -> Int32
    ) -> Int32 {
        root.withParent(of: old) { folder, name in
            root.withParent(of: new) { newFolder, newName in body(folder, name, newFolder, newName) }
        }
    }

    // MARK: - Locking

    /// Locks `file`, that of `path`, as flock(2) does; false if it is locked already and `operation` has LOCK_NB. On a file system without
    /// locks this does nothing: no promise rests on them alone.
    func lock(_ file: OwnedDescriptor, _ operation: Int32, _ path: String) throws(StoreError) -> Bool {
        try attempt("flock", path, "cannot be locked", unless: EWOULDBLOCK, ENOSYS, ENOLCK, EOPNOTSUPP) {
            flock(file.descriptor, operation)
        } != EWOULDBLOCK
    }

    /// Whether `code`, of flock(2), says that the file system has no locks.
    static func hasNoLocks(_ code: Int32) -> Bool { [ENOSYS, ENOLCK, EOPNOTSUPP].contains(code) }

    // MARK: - Syncing

    /// Waits until the bytes of the file `path`, or the names in the folder `path`, are on the disk.
    func sync(_ path: String) throws(StoreError) {
        try sync(root.open(path, O_RDONLY, links: .none), path)
    }

    /// Waits until the name of the store itself is on the disk.
    func syncStoreName() throws(StoreError) {
        try sync(openat(root.descriptor.descriptor, "..", O_RDONLY | O_CLOEXEC), "..")
    }

    /// Syncs and closes `descriptor`, which came of opening `path`.
    private func sync(_ descriptor: Int32, _ path: String) throws(StoreError) {
        guard descriptor >= 0 else {
            throw StoreError("cannot be kept", key: path, system: SystemError("openat2", path))
        }
        defer { close(descriptor) }
        _ = try attempt("fsync", path, "cannot be kept") { fsync(descriptor) }
    }

    /// Waits until everything on the store's file system is on the disk. Throws if anything could not be written since the store was
    /// opened, by whichever program: the kernel does not say what, and says it once.
    func syncFileSystem() throws(StoreError) {
        _ = try attempt("syncfs", "", "what was written cannot be kept") { syncfs(root.descriptor.descriptor) }
    }

    /// Waits until all files and names in the folder `path`, and in all below it, are on the disk.
    func syncTree(_ path: String, depth: Int = 0) throws(StoreError) {
        try forEachEntry(of: path, depth: depth) { entry, inner throws(StoreError) in
            if entry.isDirectory { try syncTree(inner, depth: depth + 1) } else { try sync(inner) }
        }
        try sync(path)
    }

    // MARK: - Removing

    /// Removes the file `path`, if it exists.
    func removeFile(_ path: String) throws(StoreError) {
        _ = try attempt("unlinkat", path, "cannot be removed", unless: ENOENT) {
            root.withParent(of: path) { unlinkat($0, $1, 0) }
        }
    }

    /// Removes the folder `path`; false if it does not exist or holds something.
    func removeFolder(_ path: String) throws(StoreError) -> Bool {
        try attempt("unlinkat", path, "cannot be removed", unless: ENOENT, ENOTEMPTY) {
            root.withParent(of: path) { unlinkat($0, $1, AT_REMOVEDIR) }
        } == 0
    }

    /// Removes the folder `path`, if it exists, and all it holds. Symbolic links in it are removed, what they point to is not.
    func removeTree(_ path: String, depth: Int = 0) throws(StoreError) {
        try forEachEntry(of: path, depth: depth) { entry, inner throws(StoreError) in
            if entry.isDirectory {
                try removeTree(inner, depth: depth + 1)
            } else {
                try removeFile(inner)
            }
        }
        _ = try removeFolder(path)
    }

    private func forEachEntry(
        of path: String, depth: Int, _ body: (FolderEntry, _ path: String) throws(StoreError) -> Void
    ) throws(StoreError) {
        guard depth < Self.maximumDepth else { throw StoreError(.failed, "lies too deep", key: path) }
        for entry in try FolderEntry.all(in: path, of: root, links: .none) ?? [] {
            try body(entry, "\(path)/\(entry.name)")
        }
    }

    // MARK: - Calling

    /// Makes the system call `call` on `path` by calling `body`, and again if a signal interrupted it. Returns 0, or the one of the
    /// `expected` codes that it failed with; any other is thrown, described by `problem`.
    func attempt(
        _ call: String, _ path: String, _ problem: String, unless expected: Int32..., body: () -> Int32
    ) throws(StoreError) -> Int32 {
        do throws(SystemError) {
            try willChange(call, path)
            while body() < 0 {
                let code = errno
                if code != EINTR { throw SystemError(call, path, code: code) }
            }
            return 0
        } catch {
            if expected.contains(error.code) { return error.code }
            throw StoreError(problem, key: path, system: error)
        }
    }
}
