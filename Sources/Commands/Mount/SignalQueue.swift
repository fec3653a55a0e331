import CLinux
import Glibc
import Support

/// The signals that come to this process, as something to wait for beside other things. See signalfd(2).
///
/// For a process with one thread that gets signals, which is the one that makes this. They stay blocked.
struct SignalQueue: ~Copyable {
    /// A descriptor that can be read from if there is a signal.
    let descriptor: Int32

    /// From now on, `signals` and SIGCHLD are queued. Those of `signals` that the process ignores, as with nohup(1), stay ignored.
    init(_ signals: [Int32]) throws(SystemError) {
        // If the program that started this one had it ignored, the system would not keep how a child ended.
        signal(SIGCHLD, SIG_DFL)
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals where !Self.isIgnored(signal) { sigaddset(&set, signal) }
        sigaddset(&set, SIGCHLD)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = signalfd(-1, &set, Int32(zwl_sfd_cloexec | zwl_sfd_nonblock))
        guard descriptor >= 0 else { throw SystemError("signalfd", "zarrwlr-mount") }
    }

    deinit {
        close(descriptor)
    }

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        sigaction(signal, nil, &action)
        // Functions of C can be compared only as addresses.
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// The next signal that has come; nil if there is none.
    func next() -> Int32? {
        // A signalfd_siginfo, which begins with the number.
        var information = [UInt32](repeating: 0, count: 32)
        let byteCount = information.count * MemoryLayout<UInt32>.size
        guard read(descriptor, &information, byteCount) == byteCount else { return nil }
        return Int32(truncatingIfNeeded: information[0])
    }
}
