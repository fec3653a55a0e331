import Support
import Synchronization

/// Keeps the lines of a log.
final class KeptLines: Sendable {
    private let lines = Mutex<[String]>([])

    /// The lines logged so far.
    var all: [String] { lines.withLock { $0 } }

    /// The log whose lines are kept.
    var log: Log { Log { _, line in self.lines.withLock { $0.append(line) } } }
}
