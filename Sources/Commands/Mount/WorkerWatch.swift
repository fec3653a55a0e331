import Glibc
import Support

/// The watch that the monitor of a mount keeps over its worker: it passes signals on, and ends a worker that does not answer to them.
enum WorkerWatch {
    /// How long a worker may take to end after a signal.
    private static let patience = Duration.seconds(5)
    /// How long the system may take to end one that was killed. It cannot while a call to a sick disk or network does not return.
    private static let killPatience = Duration.seconds(1)
    private static let ending = [SIGINT, SIGTERM]

    /// How a worker ended.
    struct Outcome {
        /// Nil if it was killed and has not ended even so.
        let end: ProcessCopy.End?
        /// Whether it was to end, since a signal came.
        let wasAsked: Bool
        /// Whether it did not, and was killed.
        let wasKilled: Bool

        /// Why the mount ended; nil if it ended because somebody wanted it to.
        func failure(_ reason: String?) -> String? {
            switch end {
            case .status(0): nil
            case .signal(let signal) where wasAsked && (wasKilled || ending.contains(signal)): nil
            case nil where wasAsked: nil
            case .signal(let signal): "the worker ended by a signal: \(String(cString: strsignal(signal)))"
            case .status(let status): reason ?? "the worker ended with status \(status)"
            case nil: "the worker does not end"
            }
        }
    }

    /// The signals that end a mount, and SIGHUP, at which the worker looks at the store anew.
    static func signals() throws(SystemError) -> SignalQueue { try SignalQueue(ending + [SIGHUP]) }

    /// Waits until `worker` ends, calls `onReady` when it reports that it has begun, and passes on each of `signals`.
    static func wait(
        for worker: inout ProcessCopy, _ signals: borrowing SignalQueue, onReady: () -> Void
    ) -> Outcome {
        var deadline: ContinuousClock.Instant?
        var wasKilled = false
        var isReporting = true
        while true {
            if waitForEvent(signals.descriptor, isReporting ? worker.pipe : -1, until: deadline) {
                let hadBegun = worker.hasBegun
                isReporting = worker.readReport()
                if worker.hasBegun, !hadBegun { onReady() }
            }
            while let signal = signals.next() {
                guard signal != SIGCHLD else { continue }
                kill(worker.process, signal)
                if deadline == nil, ending.contains(signal) { deadline = .now + patience }
            }
            if let end = worker.end(isPatient: false) {
                while isReporting, worker.readReport() {}
                return Outcome(end: end, wasAsked: deadline != nil, wasKilled: wasKilled)
            }
            guard let passed = deadline, passed <= .now else { continue }
            if wasKilled { return Outcome(end: nil, wasAsked: true, wasKilled: true) }
            kill(worker.process, SIGKILL)
            wasKilled = true
            deadline = .now + killPatience
        }
    }

    /// Waits for a signal, a report or the `deadline`; whether there is a report, or its end.
    private static func waitForEvent(
        _ signals: Int32, _ report: Int32, until deadline: ContinuousClock.Instant?
    ) -> Bool {
        var sources = [signals, report].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let seconds = deadline.map { max(.zero, $0 - .now) / .seconds(1) }
        // One millisecond more, so that the deadline has passed.
        let milliseconds = seconds.map { Int32($0 * 1000) + 1 } ?? -1
        return poll(&sources, nfds_t(sources.count), milliseconds) > 0 && sources[1].revents != 0
    }
}
