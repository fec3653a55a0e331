import Glibc
import Synchronization

/// How much a log line matters.
public enum LogLevel: Int, Sendable, Comparable {
    case debug, info, warning, error

    /// Whether `left` matters less than `right`.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// Where the program tells what it did and what went wrong, one line at a time, from any thread.
public final class Log: Sendable {
    /// Takes one finished line, without its newline. Called from any thread.
    public typealias Sink = @Sendable (LogLevel, String) -> Void

    private let minimum: LogLevel
    private let sink: Sink
    private let said = Mutex<Set<String>>([])

    /// A log that hands lines of at least `minimum` to `sink`.
    public init(minimum: LogLevel = .info, sink: @escaping Sink) {
        self.minimum = minimum
        self.sink = sink
    }

    /// Says `message`, whose line breaks and other control characters are made visible first: it may quote a store.
    public func say(_ level: LogLevel, _ message: @autoclosure () -> String) {
        guard level >= minimum else { return }
        sink(level, message().escapingControlCharacters)
    }

    /// Says `message` the first time `key` is used with this function, and never again. At most 100 000 keys are kept; past
    /// that, nothing more is said.
    public func sayOnce(_ level: LogLevel, key: String, _ message: @autoclosure () -> String) {
        let isNew = said.withLock { said in said.count < 100_000 && said.insert(key).inserted }
        if isNew { say(level, message()) }
    }

    /// A log that keeps nothing.
    public static let silent = Log(minimum: .error) { _, _ in }

    /// A log on standard error, each line begun with `program`.
    public static func standardError(program: String, minimum: LogLevel = .info) -> Log {
        Log(minimum: minimum) { level, line in
            writeLine(to: STDERR_FILENO, "\(program): \(level == .info ? "" : "\(level): ")\(line)\n")
        }
    }

    /// A log in the system's journal. See syslog(3).
    public static func system(program: String, minimum: LogLevel = .info) -> Log {
        // openlog keeps the pointer for the life of the process.
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
        // One write a line, so that lines of several threads and processes do not mix.
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
