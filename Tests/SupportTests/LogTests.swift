import Support
import Synchronization
import Testing

@Suite("The log")
struct LogTests {
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { lines.withLock { $0 } }

        func log(minimum: LogLevel) -> Log {
            Log(minimum: minimum) { level, line in self.lines.withLock { $0.append("\(level) \(line)") } }
        }
    }

    @Test("leaves out what matters less than its minimum")
    func minimum() {
        let lines = Lines()
        let log = lines.log(minimum: .warning)
        log.say(.info, "quiet")
        log.say(.warning, "loud")
        #expect(lines.all == ["warning loud"])
    }

    @Test("says a thing once for a key")
    func once() {
        let lines = Lines()
        let log = lines.log(minimum: .info)
        for _ in 0..<3 { log.sayOnce(.info, key: "a", "first") }
        log.sayOnce(.info, key: "b", "second")
        #expect(lines.all == ["info first", "info second"])
    }

    @Test("keeps a line a line, whatever a store puts into it")
    func controlCharacters() {
        let lines = Lines()
        lines.log(minimum: .info).say(.info, "bird\nforged\u{1B}[31m für")
        #expect(lines.all == [#"info bird\nforged\u{1B}[31m für"#])
    }
}
