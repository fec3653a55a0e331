import Glibc
import Support
import Synchronization

/// Shows progress: on a terminal in one line that is overwritten, elsewhere in a line now and then.
///
/// May be used from any thread.
final class ProgressLine: Sendable {
    private struct State {
        var isShown = false
        var nextTime: Double
    }

    private let streams: CommandStreams
    private let start = ProgressLine.now
    private let state: Mutex<State>

    init(_ streams: CommandStreams) {
        self.streams = streams
        state = Mutex(State(nextTime: Self.now + (streams.showsProgress ? 0.2 : 10)))
    }

    /// Seconds since this was created.
    var elapsed: Double { Self.now - start }

    /// Shows `text`, unless the last one was shown only just before.
    func show(_ text: @autoclosure () -> String) {
        state.withLock { state in
            let now = Self.now
            guard now >= state.nextTime else { return }
            state.nextTime = now + (streams.showsProgress ? 0.2 : 10)
            state.isShown = streams.showsProgress
            let line = text().escapingControlCharacters
            streams.errors(streams.showsProgress ? "\r\u{1B}[K\(line)" : "\(line)\n")
        }
    }

    /// Clears the line and calls `body`, which may write lines that stay.
    func interrupt(_ body: () -> Void) {
        state.withLock { state in
            if state.isShown { streams.errors("\r\u{1B}[K") }
            state.isShown = false
            body()
        }
    }

    /// Seconds of a clock that never goes back. See clock_gettime(2).
    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
