import Support
import Synchronization

/// Keeps what a log is told.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var log: Log {
        Log(minimum: .debug) { _, line in self.lines.withLock { $0.append(line) } }
    }
}
