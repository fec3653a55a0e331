import CLinux
import Glibc
import Support

/// The directory that a store is to be mounted at.
enum Mountpoint {
    /// The type of an automounter's file system. See statfs(2).
    private static let autofsType = 0x0187

    /// Checks that `store` can be mounted at `path`, and returns the resolved path.
    static func check(_ path: String, store: String) throws(CommandError) -> String {
        var status = stat()
        guard path.withFileName({ stat($0, &status) }) == 0, let resolved = FilePath.resolved(path) else {
            throw CommandError("cannot mount at \(path): \(advice(errno, path))")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw CommandError("cannot mount at \(path): not a directory") }
        guard !isMounted(resolved, status) else {
            // If the program behind a mount is gone, the kernel may still know its directory, but cannot answer statvfs alone. While
            // the program ends, it answers ECONNABORTED.
            var statistics = statvfs()
            let isDead =
                path.withFileName { statvfs($0, &statistics) } != 0 && [ENOTCONN, ECONNABORTED].contains(errno)
            throw CommandError(
                "cannot mount at \(path): \(isDead ? advice(ENOTCONN, path) : "busy, something is mounted there already")"
            )
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
        return path == "/" || mountedPaths.contains(path)
    }

    /// The fifth field of every line of /proc/self/mountinfo. See proc(5).
    private static var mountedPaths: [String] {
        guard let file = fopen("/proc/self/mountinfo", "re") else { return [] }
        defer { fclose(file) }
        var paths: [String] = []
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) > 0, let line {
            let fields = String(fileBytes: UnsafeRawBufferPointer(start: line, count: strlen(line))).split(
                separator: " ")
            if fields.count > 4 { paths.append(unescaped(fields[4])) }
        }
        return paths
    }

    /// `text` with `\040` and the like, which stand for spaces, tabs, line feeds and backslashes in mountinfo, replaced by these.
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = String(text).fileBytes[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(fileBytes: bytes)
    }
}
