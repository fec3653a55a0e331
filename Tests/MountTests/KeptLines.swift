import Support
import Synchronization

/// Keeps what is said to a log.
final class KeptLines: Sendable {
    private let lines = Mutex<[String]>([])

    /// The lines so far.
    var all: [String] { lines.withLock { $0 } }

    /// The log that is kept.
    var log: Log { Log { _, line in self.lines.withLock { $0.append(line) } } }
}
