import Glibc
import Support
import Synchronization

/// Why output that was asked for could not be written, the first time: a disk is full, for example.
final class OutputFailure: Sendable {
    private let first = Mutex<SystemError?>(nil)

    /// Records the failure that errno tells.
    func note() {
        let error = SystemError("write", "standard output", code: errno == 0 ? EIO : errno)
        first.withLock { $0 = $0 ?? error }
    }

    /// Throws if there was one.
    func check() throws(CommandError) {
        guard let cause = first.withLock({ $0 }) else { return }
        throw CommandError("cannot write to standard output", cause: cause)
    }
}
