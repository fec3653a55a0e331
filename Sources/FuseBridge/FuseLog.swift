import CFuse
import Glibc
import Support
import Synchronization

/// What libfuse has to say. It knows one place for that in the whole process, which is standard error until told otherwise.
enum FuseLog {
    private struct State {
        var log = Log.silent
        /// The lines said since collecting began; nil while not collecting.
        var collected: [String]?
    }

    private static let state = Mutex(State())

    /// Sends what libfuse says to `log` from now on.
    static func install(_ log: Log) {
        state.withLock { $0.log = log }
        fuse_set_log_func(sayLine)
    }

    /// Keeps from the log what libfuse says while `body` runs: it is returned, one line each, to become a reason.
    static func collecting<T>(_ body: () -> T) -> (result: T, lines: [String]) {
        state.withLock { $0.collected = [] }
        let result = body()
        let lines = state.withLock { state in
            defer { state.collected = nil }
            return state.collected ?? []
        }
        return (result, lines)
    }

    fileprivate static func say(_ level: LogLevel, _ line: String) {
        let log = state.withLock { state -> Log? in
            guard level > .debug, state.collected != nil else { return state.log }
            state.collected?.append(line)
            return nil
        }
        log?.say(level, line)
    }
}

/// libfuse's log function: a level, a format and its arguments. See fuse_log.h.
private func sayLine(_ level: fuse_log_level, _ format: UnsafePointer<CChar>?, _ arguments: CVaListPointer?) {
    guard let format, let arguments else { return }
    let line = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer -> String? in
        guard let start = buffer.baseAddress, vsnprintf(start, buffer.count, format, arguments) >= 0 else { return nil }
        return String(cString: start)
    }
    guard var line else { return }
    while line.last?.isWhitespace == true { line.removeLast() }
    if line.hasPrefix("fuse: ") { line.removeFirst("fuse: ".count) }
    switch level {
    case FUSE_LOG_DEBUG: FuseLog.say(.debug, line)
    case FUSE_LOG_INFO, FUSE_LOG_NOTICE: FuseLog.say(.info, line)
    case FUSE_LOG_WARNING: FuseLog.say(.warning, line)
    default: FuseLog.say(.error, line)
    }
}
