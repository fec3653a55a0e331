import CFuse
import Glibc
import Support
import Synchronization

/// The messages of libfuse. It sends all messages of a process to one place, which is standard error unless it is set.
enum FuseLog {
    private struct State {
        var log = Log.silent
        /// What came after the last line feed: libfuse sends some lines in pieces.
        var unfinished = ""
        /// The lines that came since collecting began; nil while not collecting.
        var collected: [String]?
    }

    private static let state = Mutex(State())

    /// Sends the messages of libfuse to `log` from now on.
    static func install(_ log: Log) {
        state.withLock { $0.log = log }
        fuse_set_log_func(takePiece)
    }

    /// Runs `body` and returns the lines that libfuse sends meanwhile, except those for debugging, instead of logging
    /// them.
    static func collecting<T>(_ body: () -> T) -> (result: T, lines: [String]) {
        state.withLock { $0.collected = [] }
        let result = body()
        let lines = state.withLock { state in
            defer { state.collected = nil }
            return state.collected ?? []
        }
        return (result, lines)
    }

    /// Takes a piece of a message; a line feed ends a line.
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

    /// `text` without the name that libfuse puts in front of its messages.
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
