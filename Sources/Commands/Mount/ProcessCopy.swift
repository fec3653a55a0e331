import Glibc
import Support

/// A copy of this process, made by fork(2), that does some work, and what it reports of it.
///
/// To be made only while the process has no other thread that does anything: the copy has none of them.
struct ProcessCopy: ~Copyable {
    /// How a process ended.
    enum End: Equatable {
        case status(Int32)
        case signal(Int32)
    }

    /// The most bytes of a report that are kept.
    private static let reportLimit = 4096

    /// The number of the copy.
    let process: pid_t
    /// The end of a pipe from which `readReport` reads.
    let pipe: Int32
    private var report: [UInt8] = []

    /// Makes a copy, which calls `prepare` and then `body` with the result, and ends when that does: with status 0, or with status 1 and
    /// the error as its report.
    ///
    /// `prepare` is called before the copy has another thread, and should wait for no lock. `body` is called on a thread of its own, not
    /// on the one that was forked: Swift's locks (`Mutex`, and what initialises a global once) know a thread by its number in the
    /// kernel, which they remember, and which after a fork is the parent's. Two threads that meet at such a lock would then spin forever.
    init<Prepared: Sendable>(
        prepare: (inout ProcessReport) throws(CommandError) -> Prepared,
        _ body: @escaping @Sendable (ProcessReport, Prepared) throws(CommandError) -> Void
    ) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw SystemError("pipe", "zarrwlr-mount") }
        // fusermount3 may live as long as the mount and must not keep the pipe open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let process = fork()
        if process == 0 {
            close(ends[0])
            Self.runAsCopy(ProcessReport(to: ends[1]), prepare, body)
        }
        let code = errno
        close(ends[1])
        guard process > 0 else {
            close(ends[0])
            throw SystemError("fork", "zarrwlr-mount", code: code)
        }
        self.process = process
        pipe = ends[0]
    }

    deinit {
        close(pipe)
    }

    private static func runAsCopy<Prepared: Sendable>(
        _ report: ProcessReport, _ prepare: (inout ProcessReport) throws(CommandError) -> Prepared,
        _ body: @escaping @Sendable (ProcessReport, Prepared) throws(CommandError) -> Void
    ) -> Never {
        var report = report
        do {
            let prepared = try prepare(&report)
            let settled = report
            let thread = try WorkerThread(name: "the mount") {
                do throws(CommandError) {
                    try body(settled, prepared)
                    exit(0)
                } catch {
                    settled.fail(error.description)
                    exit(1)
                }
            }
            leaveSignalsToOthers()
            thread.join()
        } catch {
            report.fail("\(error)")
        }
        exit(1)
    }

    /// Has this thread, which only waits, get no signal.
    private static func leaveSignalsToOthers() {
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    // MARK: - The report

    /// Waits until the copy reports something, and reads it; false if nothing comes any more.
    mutating func readReport() -> Bool {
        var buffer = [UInt8](repeating: 0, count: Self.reportLimit)
        while true {
            let count = read(pipe, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            report += buffer.prefix(min(count, Self.reportLimit - report.count))
            return true
        }
    }

    /// Whether the copy has reported, as far as it was read, that its work has begun.
    var hasBegun: Bool { report.first == ProcessReport.hasBegun }

    /// Why the work failed; nil if nothing was read about that.
    var reason: String? {
        let reason = report.drop { $0 == ProcessReport.hasBegun }
        return reason.isEmpty ? nil : String(decoding: reason, as: UTF8.self)
    }

    /// Waits until the copy ends, and returns how it did; if `isPatient` is false and it has not ended, nil.
    func end(isPatient: Bool = true) -> End? {
        var status: Int32 = 0
        while true {
            let ended = waitpid(process, &status, isPatient ? 0 : WNOHANG)
            if ended == 0 { return nil }
            if ended < 0, errno == EINTR { continue }
            let signal = status & 0x7F
            return ended > 0 && signal != 0 ? .signal(signal) : .status(ended > 0 ? status >> 8 & 0xFF : 1)
        }
    }

    /// Why the work did not begin, if the copy ended with `end` before it had.
    func reasonBeforeBeginning(_ end: End?) -> CommandError {
        if let reason { return CommandError(reason) }
        guard case .signal(let signal) = end else { return CommandError("unmounted before it was ready") }
        return CommandError("ended before it was ready: \(String(cString: strsignal(signal)))")
    }
}
