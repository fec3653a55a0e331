import Synchronization
import TestSupport
import Testing

@testable import Commands

struct ProgressTests {
    private final class Written: Sendable {
        let text = Mutex("")

        var streams: (_ showsProgress: Bool) -> CommandStreams {
            { showsProgress in
                CommandStreams(
                    output: { _ in true }, errors: { text in self.text.withLock { $0 += text } },
                    showsProgress: showsProgress)
            }
        }
    }

    @Test func `progress shows how much is done, the rate, and the time left`() {
        let pace = Pace(byteCount: 3 << 20, totalByteCount: 9 << 20, seconds: 2)
        #expect(pace.text == "3.00 MiB of 9.00 MiB, 1.50 MiB/s, 0:00:04 left")
    }

    @Test(arguments: [
        (5, 3, "5 B of 5 B, 4.88 KiB/s, 0:00:00 left"), (0, 0, "0 B of 0 B, 0 B/s, 0:00:00 left"),
        (0, 7, "0 B of 7 B, 0 B/s, 0:00:07 left"),
    ])
    func `progress can be shown of more than was announced, and of nothing`(
        byteCount: UInt64, totalByteCount: UInt64, text: String
    ) {
        #expect(Pace(byteCount: byteCount, totalByteCount: totalByteCount, seconds: 0).text == text)
    }

    @Test func `progress on a terminal is one line that is overwritten, and cleared before a line that stays`() {
        let written = Written()
        let line = ProgressLine(written.streams(true))
        // A line is shown at most every 0.2 s, and not immediately.
        #expect(
            eventually {
                line.show("one of two")
                return written.text.withLock { !$0.isEmpty }
            })
        line.interrupt { written.text.withLock { $0 += "stays\n" } }
        #expect(written.text.withLock { $0.hasSuffix("\r\u{1B}[Kone of two\r\u{1B}[Kstays\n") })
        #expect(!written.text.withLock { $0.contains("two\n") })
    }
}
