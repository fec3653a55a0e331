import Glibc
import Support

/// A file that appears under its name when it is complete and on the disk, and not before.
enum OutputFile {
    /// Takes the next bytes of a file.
    typealias Writer = (UnsafeRawBufferPointer) throws(CommandError) -> Void

    /// What the names of files begin with that are not complete. Whoever writes one has it locked; see flock(2).
    private static let temporaryPrefix = ".zarrwlr-part-"

    /// Writes the file at `path` with what `body` hands to its argument. An existing file is replaced when all is
    /// written; a pipe or a device is written to directly. If `body` throws, nothing is left.
    static func write(
        _ path: String, _ body: (_ write: Writer) throws(CommandError) -> Void
    ) throws(CommandError) {
        var status = stat()
        let isThere = path.withFileName { stat($0, &status) } == 0
        // Through a link, so that it stays one.
        let place = isThere ? FilePath.resolved(path) ?? path : path
        guard !isThere || status.st_mode & S_IFMT == S_IFREG else {
            let descriptor = place.withFileName { open($0, O_WRONLY | O_CLOEXEC) }
            return try fill(descriptor, place, body)
        }
        try withTemporaryFile(beside: place, body) { _ in
        } publish: { temporary throws(CommandError) in
            guard temporary.withFileName({ old in place.withFileName { rename(old, $0) } }) == 0 else {
                throw failure("rename", place)
            }
        }
    }

    /// Writes the new file at `path` with what `body` hands to its argument, and returns whether it could be given the time
    /// `modified`. What is there already, a link too, is never replaced: then this throws. If it throws, nothing is left.
    static func create(
        _ path: String, modified: Timestamp, _ body: (_ write: Writer) throws(CommandError) -> Void
    ) throws(CommandError) -> Bool {
        var hasTime = false
        try withTemporaryFile(beside: path, body) { descriptor in
            hasTime = setTime(modified, of: descriptor)
        } publish: { temporary throws(CommandError) in
            try publish(temporary, at: path)
        }
        return hasTime
    }

    /// Gives the file at `path` the time `modified`, and returns whether that was possible.
    static func setTime(_ modified: Timestamp, ofFile path: String) -> Bool {
        let descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW) }
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return setTime(modified, of: descriptor)
    }

    /// Whether the file at `path` has exactly the `byteCount` bytes that `body` hands to its argument. `body` is ended by an error once
    /// there is a difference.
    static func holds(
        _ path: String, byteCount: UInt64, _ body: (_ write: Writer) throws(CommandError) -> Void
    ) throws(CommandError) -> Bool {
        let descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            UInt64(exactly: status.st_size) == byteCount
        else { return false }
        var isSame = true
        var there: [UInt8] = []
        do throws(CommandError) {
            try body { bytes throws(CommandError) in
                if there.count < bytes.count { there = [UInt8](repeating: 0, count: bytes.count) }
                isSame = there.withUnsafeMutableBytes { descriptor.readAll($0, bytes.count) && $0.starts(with: bytes) }
                guard isSame else { throw CommandError("\(path): is another file") }
            }
        } catch {
            guard !isSame else { throw error }
        }
        return isSame
    }

    /// Whether the file at `path` has these `parts`, each from an offset on, in bytes.
    static func holds(_ path: String, _ parts: [(offset: UInt64, bytes: [UInt8])]) throws(CommandError) -> Bool {
        let descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else {
            throw CommandError("what is there cannot be read", cause: SystemError("open", path))
        }
        defer { close(descriptor) }
        for part in parts {
            guard let offset = off_t(exactly: part.offset), lseek(descriptor, offset, SEEK_SET) == offset else {
                return false
            }
            var there = [UInt8](repeating: 0, count: part.bytes.count)
            let isSame = there.withUnsafeMutableBytes {
                descriptor.readAll($0, part.bytes.count) && $0.elementsEqual(part.bytes)
            }
            guard isSame else { return false }
        }
        return true
    }

    // MARK: - Folders

    /// Makes the folder at `path`, and those that it lies in.
    static func makeFolder(_ path: String) throws(CommandError) {
        func make() -> Bool { path.withFileName { mkdir($0, 0o777) } == 0 || errno == EEXIST && isFolder(path) }
        if make() { return }
        let code = errno
        if code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try makeFolder(String(path[..<slash]))
            if make() { return }
        }
        throw CommandError("cannot make the folder", cause: SystemError("mkdir", path, code: code))
    }

    /// Waits until the names of all files in the folder at `path` are on the disk. What fails is no error: the files are there.
    static func sync(folder path: String) {
        let descriptor = path.withFileName { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Removes from the folder at `path` the incomplete files of processes that were killed.
    static func removeLeftovers(in path: String) {
        guard let directory = path.withFileName({ opendir($0) }) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(fileBytes: bytes.prefix { $0 != 0 })
            }
            if name.hasPrefix(temporaryPrefix) { removeUnlessLocked("\(path)/\(name)") }
        }
    }

    private static func removeUnlessLocked(_ path: String) {
        let descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW) }
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            flock(descriptor, LOCK_EX | LOCK_NB) == 0
        else { return }
        _ = path.withFileName { unlink($0) }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        let code = errno
        defer { errno = code }
        return path.withFileName { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    // MARK: - Writing

    /// Fills a file beside `path` and has it written to the disk, after `settle` was called with its descriptor; then `publish` gets its
    /// name. If one of them throws, the file is removed.
    private static func withTemporaryFile(
        beside path: String, _ body: (_ write: Writer) throws(CommandError) -> Void, settle: (Int32) -> Void,
        publish: (_ temporary: String) throws(CommandError) -> Void
    ) throws(CommandError) {
        let temporary = temporaryName(beside: path)
        let descriptor = temporary.withFileName { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
        // Where there are no locks, leftovers stay.
        if descriptor >= 0 { flock(descriptor, LOCK_EX | LOCK_NB) }
        do throws(CommandError) {
            try fill(descriptor, path, body) { () throws(CommandError) in
                settle(descriptor)
                guard fsync(descriptor) == 0 else { throw failure("fsync", path) }
                try publish(temporary)
            }
        } catch {
            if descriptor >= 0 { _ = temporary.withFileName { unlink($0) } }
            throw error
        }
    }

    /// Runs `body` on the open file `descriptor`, calls `finish`, and closes the file.
    private static func fill(
        _ descriptor: Int32, _ path: String, _ body: (_ write: Writer) throws(CommandError) -> Void,
        finish: () throws(CommandError) -> Void = {}
    ) throws(CommandError) {
        guard descriptor >= 0 else { throw failure("open", path) }
        do throws(CommandError) {
            try body { bytes throws(CommandError) in
                guard descriptor.writeAll(bytes) else { throw failure("write", path) }
            }
            try finish()
        } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw failure("close", path) }
    }

    /// Gives the complete file `temporary` the name `path`, unless there is something of that name.
    private static func publish(_ temporary: String, at path: String) throws(CommandError) {
        let isLinked = temporary.withFileName { old in path.withFileName { link(old, $0) } } == 0
        if isLinked {
            _ = temporary.withFileName { unlink($0) }
            return
        }
        switch errno {
        case EEXIST: throw occupied
        case EPERM, EOPNOTSUPP, ENOSYS:
            // No file has two names there, as on FAT.
            var status = stat()
            guard path.withFileName({ lstat($0, &status) }) != 0 else { throw occupied }
            guard temporary.withFileName({ old in path.withFileName { rename(old, $0) } }) == 0 else {
                throw failure("rename", path)
            }
        default: throw failure("link", path)
        }
    }

    /// The error for a file that would have to be replaced.
    static let occupied = CommandError("something else is there, which stays as it is")

    private static func setTime(_ modified: Timestamp, of descriptor: Int32) -> Bool {
        let time = timespec(tv_sec: Int(modified.seconds), tv_nsec: Int(modified.nanoseconds))
        return [time, time].withUnsafeBufferPointer { futimens(descriptor, $0.baseAddress) } == 0
    }

    /// A hidden name beside `path` that no other file has.
    private static func temporaryName(beside path: String) -> String {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        return "\(folder)\(temporaryPrefix)\(String(UInt64.random(in: 0...(.max)), radix: 36))"
    }

    private static func failure(_ call: String, _ path: String) -> CommandError {
        CommandError("cannot write", cause: SystemError(call, path))
    }
}

extension Int32 {
    /// Reads `count` bytes from the descriptor into the start of `buffer`. Returns false if there are not so many.
    fileprivate func readAll(_ buffer: UnsafeMutableRawBufferPointer, _ count: Int) -> Bool {
        var done = 0
        while done < count, done < buffer.count {
            let got = Glibc.read(self, buffer.baseAddress?.advanced(by: done), count - done)
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { return false }
            done += got
        }
        return done == count
    }
}
