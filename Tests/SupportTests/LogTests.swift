import Support
import Synchronization
import Testing

struct LogTests {
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { lines.withLock { $0 } }

        func log(minimum: LogLevel) -> Log {
            Log(minimum: minimum) { level, line in self.lines.withLock { $0.append("\(level) \(line)") } }
        }
    }

    @Test func `the log drops lines below its minimum`() {
        let lines = Lines()
        let log = lines.log(minimum: .warning)
        log.say(.info, "quiet")
        log.say(.warning, "loud")
        #expect(lines.all == ["warning loud"])
    }

    @Test func `the log has a message once for each key`() {
        let lines = Lines()
        let log = lines.log(minimum: .info)
        for _ in 0..<3 { log.sayOnce(.info, key: "a", "first") }
        log.sayOnce(.info, key: "b", "second")
        #expect(lines.all == ["info first", "info second"])
    }

    @Test func `control characters in a log line are escaped`() {
        let lines = Lines()
        lines.log(minimum: .info).say(.info, "bird\nforged\u{1B}[31m für")
        #expect(lines.all == [#"info bird\nforged\u{1B}[31m für"#])
    }
}
