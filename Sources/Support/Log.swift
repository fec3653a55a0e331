import Glibc
import Synchronization

/// How severe a log line is.
public enum LogLevel: Int, Sendable, Comparable {
    case debug, info, warning, error

    /// Whether `left` is less severe than `right`.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// A log of what the program did and what went wrong. Lines may come from any thread.
public final class Log: Sendable {
    /// Receives one complete line, without a line feed. Called from any thread.
    public typealias Sink = @Sendable (LogLevel, String) -> Void

    private let minimum: LogLevel
    private let sink: Sink
    private let said = Mutex<Set<String>>([])

    /// A log that passes lines of at least `minimum` severity to `sink`.
    public init(minimum: LogLevel = .info, sink: @escaping Sink) {
        self.minimum = minimum
        self.sink = sink
    }

    /// Logs `message`. Line breaks and other control characters are escaped first, since it may quote a store.
    public func say(_ level: LogLevel, _ message: @autoclosure () -> String) {
        guard level >= minimum else { return }
        sink(level, message().escapingControlCharacters)
    }

    /// Logs `message` the first time that this is called with `key`, and never again. At most 100 000 keys are kept; a message
    /// with any further key is dropped.
    public func sayOnce(_ level: LogLevel, key: String, _ message: @autoclosure () -> String) {
        let isNew = said.withLock { said in said.count < 100_000 && said.insert(key).inserted }
        if isNew { say(level, message()) }
    }

    /// A log that drops every line.
    public static let silent = Log(minimum: .error) { _, _ in }

    /// A log on standard error, whose lines begin with `program`.
    public static func standardError(program: String, minimum: LogLevel = .info) -> Log {
        Log(minimum: minimum) { level, line in
            writeLine(to: STDERR_FILENO, "\(program): \(level == .info ? "" : "\(level): ")\(line)\n")
        }
    }

    /// The system log. See syslog(3).
    public static func system(program: String, minimum: LogLevel = .info) -> Log {
        // openlog keeps the pointer as long as the process lives.
        openlog(strdup(program), LOG_PID, LOG_DAEMON)
        return Log(minimum: minimum) { level, line in
            let priority: Int32 =
                switch level {
                case .debug: LOG_DEBUG
                case .info: LOG_INFO
                case .warning: LOG_WARNING
                case .error: LOG_ERR
                }
            line.withCString { text in
                withVaList([text]) { vsyslog(priority, "%s", $0) }
            }
        }
    }

    private static func writeLine(to descriptor: Int32, _ line: String) {
        // One write per line, so that lines of several threads and processes do not mix.
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
