import CFuse
import Glibc
import Support
import Synchronization

/// What libfuse has to say. It knows one place for that in the whole process, which is standard error until told otherwise.
enum FuseLog {
    private struct State {
        var log = Log.silent
        /// What was said since the last line feed: libfuse says some lines in pieces.
        var unfinished = ""
        /// The lines said since collecting began; nil while not collecting.
        var collected: [String]?
    }

    private static let state = Mutex(State())

    /// Sends what libfuse says to `log` from now on.
    static func install(_ log: Log) {
        state.withLock { $0.log = log }
        fuse_set_log_func(takePiece)
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

    /// Takes a piece of what libfuse says; a line feed ends a line.
    fileprivate static func say(_ level: LogLevel, _ piece: String) {
        let (log, lines) = state.withLock { state -> (Log, [String]) in
            var lines = "\(state.unfinished)\(piece)".split(separator: "\n", omittingEmptySubsequences: false).map(line)
            state.unfinished = lines.popLast() ?? ""
            guard level > .debug, state.collected != nil else { return (state.log, lines) }
            state.collected?.append(contentsOf: lines)
            return (state.log, [])
        }
        for line in lines { log.say(level, line) }
    }

    /// `text` without the name that libfuse puts before what it says.
    private static func line(_ text: Substring) -> String {
        String(text.hasPrefix("fuse: ") ? text.dropFirst("fuse: ".count) : text)
    }
}

/// libfuse's log function: a level, a format and its arguments. See fuse_log.h.
private func takePiece(_ level: fuse_log_level, _ format: UnsafePointer<CChar>?, _ arguments: CVaListPointer?) {
    guard let format, let arguments else { return }
    let piece = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer -> String? in
        guard let start = buffer.baseAddress, vsnprintf(start, buffer.count, format, arguments) >= 0 else { return nil }
        return String(cString: start)
    }
    guard let piece else { return }
    switch level {
    case FUSE_LOG_DEBUG: FuseLog.say(.debug, piece)
    case FUSE_LOG_INFO, FUSE_LOG_NOTICE: FuseLog.say(.info, piece)
    case FUSE_LOG_WARNING: FuseLog.say(.warning, piece)
    default: FuseLog.say(.error, piece)
    }
}
