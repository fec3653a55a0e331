public import Support
import Synchronization

/// Keeps the lines of a log, those of all levels.
public final class KeptLines: Sendable {
    private let lines = Mutex<[String]>([])

    /// No lines yet.
    public init() {}

    /// The lines logged so far.
    public var all: [String] { lines.withLock { $0 } }

    /// The log whose lines are kept.
    public var log: Log {
        Log(minimum: .debug) { _, line in self.lines.withLock { $0.append(line) } }
    }
}
