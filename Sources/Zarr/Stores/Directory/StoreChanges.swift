import CLinux
import Glibc
import Support

/// The system calls that change the files of a store, each in one place. Paths are relative to the store's root.
struct StoreChanges: Sendable {
    /// Called before each change with the system call's name and the path; what it throws is the call's failure.
    typealias Observer = @Sendable (_ call: String, _ path: String) throws(SystemError) -> Void

    /// Deeper than any folder written here.
    private static let maximumDepth = 32

    let root: OwnedDescriptor
    let willChange: Observer

    // MARK: - Making

    /// Makes the folder `path`; false where something of that name is there.
    func makeFolder(_ path: String) throws(StoreError) -> Bool {
        try attempt("mkdirat", path, "the folder cannot be made", unless: EEXIST) {
            mkdirat(root.descriptor, path, 0o777)
        } == 0
    }

    /// Makes the folders above the file `path`, as far as they are not there.
    func makeParents(of path: String) throws(StoreError) {
        let components = path.split(separator: "/")
        for count in 1..<max(components.count, 1) {
            _ = try makeFolder(components.prefix(count).joined(separator: "/"))
        }
    }

    /// Makes the file `path`, which must not be there.
    func makeFile(_ path: String) throws(StoreError) -> NewFile {
        var descriptor: Int32 = -1
        _ = try attempt("openat", path, "the file cannot be made") {
            descriptor = openat(root.descriptor, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            return descriptor
        }
        return NewFile(key: path, file: OwnedDescriptor(descriptor: descriptor), changes: self)
    }

    /// Opens the file `path`, which must be there, to be written over from its first byte on.
    func openFile(_ path: String) throws(StoreError) -> NewFile {
        var descriptor: Int32 = -1
        _ = try attempt("openat", path, "the file cannot be opened") {
            descriptor = openat(root.descriptor, path, O_WRONLY | O_CLOEXEC)
            return descriptor
        }
        return NewFile(key: path, file: OwnedDescriptor(descriptor: descriptor), changes: self)
    }

    // MARK: - Moving

    /// Gives the folder `old` the name `new`; false where that is taken.
    func moveFolder(_ old: String, to new: String) throws(StoreError) -> Bool {
        let code = try attempt("renameat2", new, "cannot be put in place", unless: EEXIST, EINVAL) {
            renameat2(root.descriptor, old, root.descriptor, new, UInt32(zwl_rename_noreplace))
        }
        guard code == EINVAL else { return code == 0 }
        // This file system knows no flags. A rename alone replaces no folder that holds anything.
        return try attempt("renameat", new, "cannot be put in place", unless: EEXIST, ENOTEMPTY) {
            renameat(root.descriptor, old, root.descriptor, new)
        } == 0
    }

    /// Exchanges what `old` and `new` name; false where the file system cannot.
    func exchange(_ old: String, _ new: String) throws(StoreError) -> Bool {
        try attempt("renameat2", new, "cannot be exchanged", unless: EINVAL) {
            renameat2(root.descriptor, old, root.descriptor, new, UInt32(zwl_rename_exchange))
        } == 0
    }

    /// Gives the file `old` the name `new`, in place of a file that bears it.
    func replaceFile(_ new: String, with old: String) throws(StoreError) {
        _ = try attempt("renameat", new, "cannot be put in place") {
            renameat(root.descriptor, old, root.descriptor, new)
        }
    }

    // MARK: - Keeping

    /// Waits until the bytes of the file `path`, or the names in the folder `path`, are on the disk.
    func sync(_ path: String) throws(StoreError) {
        let place = path.isEmpty ? "." : path
        let descriptor = openat(root.descriptor, place, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw StoreError("cannot be kept", key: path, system: SystemError("openat", place))
        }
        let file = OwnedDescriptor(descriptor: descriptor)
        _ = try attempt("fsync", path, "cannot be kept") { fsync(file.descriptor) }
    }

    /// Waits until all files and names in the folder `path`, and in all below it, are on the disk.
    func syncTree(_ path: String, depth: Int = 0) throws(StoreError) {
        try forEachEntry(of: path, depth: depth) { entry, inner throws(StoreError) in
            if entry.isDirectory { try syncTree(inner, depth: depth + 1) } else { try sync(inner) }
        }
        try sync(path)
    }

    // MARK: - Removing

    /// Removes the file `path`, if it is there.
    func removeFile(_ path: String) throws(StoreError) {
        _ = try attempt("unlinkat", path, "cannot be removed", unless: ENOENT) {
            unlinkat(root.descriptor, path, 0)
        }
    }

    /// Removes the folder `path`; false where it is not there or holds something.
    func removeFolder(_ path: String) throws(StoreError) -> Bool {
        try attempt("unlinkat", path, "cannot be removed", unless: ENOENT, ENOTEMPTY) {
            unlinkat(root.descriptor, path, AT_REMOVEDIR)
        } == 0
    }

    /// Removes the folder `path`, if it is there, and all it holds. What symbolic links in it point to stays.
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
        for entry in try FolderEntry.all(in: path, of: root) ?? [] { try body(entry, "\(path)/\(entry.name)") }
    }

    // MARK: - Calling

    /// Makes the system call `call` on `path` by `body`, again where a signal broke it off. Returns 0, or which of the
    /// `expected` codes it failed with; another one is thrown.
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
