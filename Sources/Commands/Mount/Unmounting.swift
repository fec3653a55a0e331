import CLinux
import Glibc
import Support

/// Unmounting: `zarrwlr-mount --unmount`, and the clearing of dead mounts.
enum Unmounting {
    /// The program by which users other than root unmount.
    private static let program = "fusermount3"

    /// Unmounts what this program has mounted at the directory `path`, and returns once it is unmounted.
    static func run(_ path: String) throws(CommandError) {
        guard let resolved = resolved(path) else {
            throw CommandError("cannot unmount \(path): \(String(cString: strerror(errno)))")
        }
        guard let entry = MountTable.entry(at: resolved) else {
            throw CommandError("cannot unmount \(path): nothing is mounted there")
        }
        // The user may have chosen what follows the full stop.
        guard entry.type == "fuse" || entry.type.hasPrefix("fuse.") else {
            throw CommandError("cannot unmount \(path): a file system of type \(entry.type) is mounted there")
        }
        do throws(CommandError) {
            try unmount(resolved, isLazy: false)
        } catch {
            throw CommandError("cannot unmount \(path)", cause: error)
        }
    }

    /// Unmounts what is mounted at `path`, which is resolved; if `isLazy`, also if a file of it is open.
    static func unmount(_ path: String, isLazy: Bool) throws(CommandError) {
        guard geteuid() != 0 else {
            let flags = umountNoFollow | (isLazy ? umountDetach : 0)
            guard path.withFileName({ umount2($0, flags) }) == 0 else { throw CommandError(advice(errno)) }
            return
        }
        let arguments = [program, isLazy ? "-uz" : "-u", "--", path]
        let (status, complaints) = try runProgram(arguments)
        guard status != 0 else { return }
        throw CommandError(complaints.isEmpty ? "\(program) failed" : complaints.joined(separator: "; "))
    }

    /// `path` without links. The mountpoint of a dead mount cannot be looked at, so it is named by the directory that it is in.
    static func resolved(_ path: String) -> String? {
        if let resolved = FilePath.resolved(path) { return resolved }
        guard errno == ENOTCONN || errno == ECONNABORTED else { return nil }
        let code = errno
        let absolute = FilePath.absolute(path)
        let trimmed = String(absolute.reversed().drop { $0 == "/" }.reversed())
        guard let slash = trimmed.lastIndex(of: "/"), let folder = FilePath.resolved(FilePath.folder(of: trimmed))
        else {
            errno = code
            return nil
        }
        let name = trimmed[trimmed.index(after: slash)...]
        return folder == "/" ? "/\(name)" : "\(folder)/\(name)"
    }

    /// MNT_DETACH and UMOUNT_NOFOLLOW of umount2(2).
    private static let umountDetach: Int32 = 2, umountNoFollow: Int32 = 8

    private static func advice(_ code: Int32) -> String {
        code == EBUSY
            ? "busy, a file in it is open, or it is somebody's working directory" : String(cString: strerror(code))
    }

    /// Runs a program of the search path with `arguments`, the first of which is its name, and returns its exit status and what it wrote to
    /// standard error.
    private static func runProgram(_ arguments: [String]) throws(CommandError) -> (status: Int32, complaints: [String])
    {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw CommandError("cannot run \(program)", cause: SystemError("pipe", program)) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
        for end in ends { posix_spawn_file_actions_addclose(&actions, end) }
        var process: pid_t = 0
        let words: [UnsafeMutablePointer<CChar>?] = arguments.map { $0.withFileName { strdup($0) } } + [nil]
        defer { for word in words { free(word) } }
        let code = posix_spawnp(&process, program, &actions, nil, words, environ)
        close(ends[1])
        defer { close(ends[0]) }
        guard code == 0 else {
            throw CommandError("cannot run \(program)", cause: SystemError("posix_spawn", program, code: code))
        }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(ends[0], &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            text += buffer.prefix(count)
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return (status, String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init))
    }
}
