import CLinux
import Glibc
import Support

/// The directory that a store is to be mounted at.
enum Mountpoint {
    /// The type of an automounter's file system. See statfs(2).
    private static let autofsType = 0x0187

    /// Checks that `store` can be mounted at `path`, and returns the resolved path. A mount of this program there whose process is gone,
    /// which shows a type as in `types`, is cleared.
    static func check(_ path: String, store: String, clearing types: Set<String>) throws(CommandError) -> String {
        try clearDead(path, types)
        var status = stat()
        guard path.withFileName({ stat($0, &status) }) == 0, let resolved = FilePath.resolved(path) else {
            throw CommandError("cannot mount at \(path): \(advice(errno, path))")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw CommandError("cannot mount at \(path): not a directory") }
        guard !isMounted(resolved, status) else {
            throw CommandError(
                "cannot mount at \(path): "
                    + (isDead(path) ? advice(ENOTCONN, path) : "busy, something is mounted there already"))
        }
        if let store = FilePath.resolved(store) {
            guard !FilePath.lies(resolved, in: store) else {
                throw CommandError("cannot mount at \(path): it lies in the store itself")
            }
            guard !FilePath.lies(store, in: resolved) else {
                throw CommandError("cannot mount at \(path): the mount would cover the store")
            }
        }
        return resolved
    }

    /// Checks that nothing of `kept`, the paths by the options that say them, is covered by what is mounted at `mountpoint`, which is resolved:
    /// the mount would wait for itself.
    static func check(_ mountpoint: String, covering kept: [(option: String, path: String?)]) throws(CommandError) {
        for case (let option, let path?) in kept
        where FilePath.lies(FilePath.resolvedWhereThere(path), in: mountpoint) {
            throw CommandError(
                "cannot mount at \(mountpoint): the mount would cover \(path), which it keeps things in; name another folder with -o \(option)="
            )
        }
    }

    /// Unmounts what is mounted at `path`, if its process is gone, and it has one of the `types`. Somebody may have a file of it open, so
    /// it is unmounted lazily.
    private static func clearDead(_ path: String, _ types: Set<String>) throws(CommandError) {
        guard isDead(path), let resolved = Unmounting.resolved(path), let entry = MountTable.entry(at: resolved),
            types.contains(entry.type)
        else { return }
        do throws(CommandError) {
            try Unmounting.unmount(resolved, isLazy: true)
        } catch {
            throw CommandError("cannot mount at \(path): \(advice(ENOTCONN, path))", cause: error)
        }
    }

    /// Whether the program behind what is mounted at `path` is gone. The kernel may still know the directory then, but cannot answer statfs
    /// alone. While the program ends, it answers ECONNABORTED.
    private static func isDead(_ path: String) -> Bool {
        var statistics = statvfs()
        return path.withFileName { statvfs($0, &statistics) } != 0 && [ENOTCONN, ECONNABORTED].contains(errno)
    }

    private static func advice(_ code: Int32, _ path: String) -> String {
        switch code {
        case ENOENT: "no such directory"
        case ENOTCONN, ECONNABORTED:
            "the program behind an earlier mount is gone; clear it with: fusermount3 -u \(path)"
        default: String(cString: strerror(code))
        }
    }

    /// Whether something is mounted at the directory `path`: it is on another file system than its parent, or is in the kernel's list
    /// of mounts.
    private static func isMounted(_ path: String, _ status: stat) -> Bool {
        // What an automounter watches is a file system of its own, and waits for what is mounted over it.
        var system = statfs()
        if path.withFileName({ statfs($0, &system) }) == 0, system.f_type == autofsType { return false }
        var parent = stat()
        if "\(path)/..".withFileName({ stat($0, &parent) }) == 0, parent.st_dev != status.st_dev { return true }
        return path == "/" || MountTable.entry(at: path) != nil
    }
}
