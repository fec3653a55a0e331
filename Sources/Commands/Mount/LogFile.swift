import Glibc
import Support

extension Log {
    /// A log that is appended to the file at `path`; its lines have the time (UTC) and the process number.
    static func file(_ path: String, minimum: LogLevel) throws(CommandError) -> Log {
        let descriptor = path.withFileName { open($0, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644) }
        guard descriptor >= 0 else { throw CommandError("cannot write the log", cause: SystemError("open", path)) }
        return Log(minimum: minimum) { level, line in
            let now = Timestamp(seconds: Int64(time(nil)), offsetMinutes: 0)
            let bytes = Array("\(now) zarrwlr-mount[\(getpid())]: \(level): \(line)\n".utf8)
            // One write per line, so that lines of several threads and processes do not mix.
            _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        }
    }
}
