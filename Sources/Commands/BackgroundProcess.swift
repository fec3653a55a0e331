import Glibc
import Support

/// Runs work in the background: a copy of this process does it, and this process waits until the copy reports that it
/// has begun.
///
/// To be used only while the process has no other thread: the copy would have none of them.
enum BackgroundProcess {
    /// The byte by which the copy reports that it has begun. Anything else that it writes is the reason why it has not.
    private static let hasBegun: UInt8 = 0

    /// Runs `body` in a copy of this process, which ends when `body` does. `body` calls its argument once its work has begun; this
    /// process then returns, while the copy leaves the terminal behind. If the copy ends before, its reason is thrown.
    static func run(
        _ body: @escaping @Sendable (_ begun: @escaping @Sendable () -> Void) throws(CommandError) -> Void
    ) throws(CommandError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw failure(of: "pipe") }
        let (reading, writing) = (ends[0], ends[1])
        // fusermount3 may live as long as the mount and must not keep the pipe open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let child = fork()
        guard child >= 0 else { throw failure(of: "fork") }
        if child == 0 {
            runAsCopy(reportingTo: closingOthers(than: writing), body)
        }
        close(writing)
        defer { close(reading) }
        try waitForWord(from: child, on: reading)
    }

    /// Closes all but the three standard streams and `descriptor`, which gets the returned number: whatever else this
    /// process was started with would stay open as long as the mount, and the program that started the command may wait
    /// until all ends of a pipe are closed.
    private static func closingOthers(than descriptor: Int32) -> Int32 {
        let kept = dup2(descriptor, STDERR_FILENO + 1)
        guard kept >= 0 else { return descriptor }
        closefrom(kept + 1)
        _ = fcntl(kept, F_SETFD, FD_CLOEXEC)
        return kept
    }

    private static func failure(of call: String) -> CommandError {
        CommandError("cannot go into the background", cause: SystemError(call, "zarrwlr-mount"))
    }

    /// Runs `body` on a thread of its own, not on the one that was forked: Swift's locks (`Mutex`, and what initialises
    /// a global once) know a thread by its number in the kernel, which they remember, and which after a fork is the
    /// parent's. Two threads that meet at such a lock would then spin forever.
    private static func runAsCopy(
        reportingTo descriptor: Int32,
        _ body: @escaping @Sendable (_ begun: @escaping @Sendable () -> Void) throws(CommandError) -> Void
    ) -> Never {
        chdir("/")
        blockSignals()
        do throws(SystemError) {
            let thread = try WorkerThread(name: "the mount") {
                do throws(CommandError) {
                    try body {
                        leaveTerminal()
                        report([hasBegun], to: descriptor)
                        close(descriptor)
                    }
                    exit(0)
                } catch {
                    report(Array(error.description.utf8), to: descriptor)
                    exit(1)
                }
            }
            thread.join()
        } catch {
            report(Array(error.description.utf8), to: descriptor)
        }
        exit(1)
    }

    /// Blocks the signals that end a mount, for this thread and those that it starts: the thread that serves the mount unblocks them, and
    /// must be the one that gets them. If this one did, which only waits, the other would notice no sooner than the next request comes.
    private static func blockSignals() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGHUP, SIGINT, SIGTERM] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Waits for the first byte and, unless that reports that the work has begun, for the reason that the copy writes.
    private static func waitForWord(from child: pid_t, on descriptor: Int32) throws(CommandError) {
        var words: [UInt8] = []
        var byte: UInt8 = 0
        while words.count < 4096, readByte(&byte, from: descriptor) {
            if words.isEmpty, byte == hasBegun { return }
            words.append(byte)
        }
        var status: Int32 = 0
        waitpid(child, &status, 0)
        guard words.isEmpty else { throw CommandError(String(decoding: words, as: UTF8.self)) }
        let signal = status & 0x7F
        throw CommandError(
            signal == 0
                ? "unmounted before it was ready" : "ended before it was ready: \(String(cString: strsignal(signal)))")
    }

    private static func readByte(_ byte: inout UInt8, from descriptor: Int32) -> Bool {
        while true {
            let count = read(descriptor, &byte, 1)
            if count >= 0 || errno != EINTR { return count == 1 }
        }
    }

    private static func report(_ bytes: [UInt8], to descriptor: Int32) {
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    /// Begins a session of its own, and closes the streams on which the program that started the command may wait.
    private static func leaveTerminal() {
        setsid()
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { return }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] { dup2(null, descriptor) }
        close(null)
    }
}
