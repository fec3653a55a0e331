import CLinux
import Glibc
import Support

/// SIGHUP as something to wait for beside other things: a mount looks at its store anew when it comes. See signalfd(2).
struct ReloadSignal: Sendable {
    /// A descriptor that can be read from if the signal has come. It stays open as long as the process.
    let descriptor: Int32

    /// From now on, SIGHUP no longer ends the process. To be called before it has another thread.
    init() throws(CommandError) {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGHUP)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = signalfd(-1, &set, Int32(zwl_sfd_cloexec | zwl_sfd_nonblock))
        guard descriptor >= 0 else {
            throw CommandError("cannot handle signals", cause: SystemError("signalfd", "zarrwlr-mount"))
        }
    }

    /// Whether it has come since the last call.
    func take() -> Bool {
        // A signalfd_siginfo for each.
        var information = [UInt8](repeating: 0, count: 128)
        var hasCome = false
        while read(descriptor, &information, information.count) == information.count { hasCome = true }
        return hasCome
    }
}
