import Glibc
import Support

/// A file that appears under its name when it is complete, and not before.
enum OutputFile {
    /// Takes the next bytes of a file.
    typealias Writer = (UnsafeRawBufferPointer) throws(CommandError) -> Void

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
        let temporary = temporaryName(beside: place)
        let descriptor = temporary.withFileName {
            open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        }
        do throws(CommandError) {
            try fill(descriptor, place, body)
            guard temporary.withFileName({ old in place.withFileName { rename(old, $0) } }) == 0 else {
                throw failure("rename", place)
            }
        } catch {
            if descriptor >= 0 { _ = temporary.withFileName { unlink($0) } }
            throw error
        }
    }

    /// Whether the file at `path` has exactly the `byteCount` bytes that `body` hands to its argument.
    static func holds(
        _ path: String, byteCount: UInt64, _ body: (_ write: Writer) throws(CommandError) -> Void
    ) throws(CommandError) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            UInt64(exactly: status.st_size) == byteCount
        else { return false }
        var isSame = true
        var there: [UInt8] = []
        try body { bytes throws(CommandError) in
            guard isSame else { return }
            if there.count < bytes.count { there = [UInt8](repeating: 0, count: bytes.count) }
            isSame = there.withUnsafeMutableBytes { descriptor.readAll($0, bytes.count) && $0.starts(with: bytes) }
        }
        return isSame
    }

    /// Makes the folder at `path`, and those that it lies in.
    static func makeFolder(_ path: String) throws(CommandError) {
        if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
        let code = errno
        if code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try makeFolder(String(path[..<slash]))
            if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
        }
        throw CommandError("cannot make the folder", cause: SystemError("mkdir", path, code: code))
    }

    /// Runs `body` on the open file `descriptor` and closes it.
    private static func fill(
        _ descriptor: Int32, _ path: String, _ body: (_ write: Writer) throws(CommandError) -> Void
    ) throws(CommandError) {
        guard descriptor >= 0 else { throw failure("open", path) }
        do throws(CommandError) {
            try body { bytes throws(CommandError) in
                guard descriptor.writeAll(bytes) else { throw failure("write", path) }
            }
        } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw failure("close", path) }
    }

    /// A hidden name beside `path` that no other file has.
    private static func temporaryName(beside path: String) -> String {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        return "\(folder).zarrwlr-\(getpid())-\(String(UInt64.random(in: 0...(.max)), radix: 36))"
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
