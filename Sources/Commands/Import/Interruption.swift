import Glibc
import Support
import Synchronization

/// Ctrl-C, and the request to end: noticed, so that the work ends by itself. A second one ends the process at once.
///
/// For the whole process, since signals are.
enum Interruption {
    private static let signals = [SIGINT, SIGTERM]
    private static let isNoticed = Atomic<Bool>(false)

    /// Whether there was one since `watch`.
    static var hasHappened: Bool { isNoticed.load(ordering: .relaxed) }

    /// Cancels work once there was one.
    static var cancellation: Cancellation { Cancellation { hasHappened ? .interrupted : nil } }

    /// Calls `body`, and lets the signals be noticed meanwhile; those that the process ignores stay ignored.
    static func watch<T>(_ body: () throws(CommandError) -> T) throws(CommandError) -> T {
        // It also exists before a handler uses it: making it there would not be safe.
        isNoticed.store(false, ordering: .relaxed)
        var action = sigaction()
        action.sa_flags = SA_RESTART | CInt(bitPattern: UInt32(SA_RESETHAND))
        action.__sigaction_handler.sa_handler = { _ in Interruption.isNoticed.store(true, ordering: .relaxed) }
        var replaced: [(signal: Int32, action: sigaction)] = []
        for signal in signals {
            var old = sigaction()
            sigaction(signal, nil, &old)
            // Functions of C can be compared only as addresses.
            let handler = unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self)
            guard handler != unsafeBitCast(SIG_IGN, to: Int.self) else { continue }
            sigaction(signal, &action, nil)
            replaced.append((signal, old))
        }
        // Who started this process may have blocked them; the threads that work inherit what is set here.
        var (mask, oldMask) = (sigset_t(), sigset_t())
        sigemptyset(&mask)
        for signal in signals { sigaddset(&mask, signal) }
        pthread_sigmask(SIG_UNBLOCK, &mask, &oldMask)
        defer {
            pthread_sigmask(SIG_SETMASK, &oldMask, nil)
            for (signal, old) in replaced {
                var old = old
                sigaction(signal, &old, nil)
            }
        }
        return try body()
    }
}
