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
