import Glibc
import Support

/// When a part of a catalogue was written, as its name says it: names are in the order in which parts count.
struct PartTime: Sendable {
    private let seconds: Int
    private let nanoseconds: Int

    /// By this machine's clock.
    static var now: PartTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return PartTime(seconds: max(time.tv_sec, 0), nanoseconds: time.tv_nsec)
    }

    /// The earliest time that comes after that of the part called `name`; this time if that says none.
    init(after name: String) {
        let words = name.split(separator: "-")
        guard words.count > 1, let seconds = Int(words[0]), let nanoseconds = Int(words[1]),
            0..<Self.nanosecondsInSecond ~= nanoseconds, let nextSecond = seconds.adding(1)
        else {
            self = .now
            return
        }
        let isLast = nanoseconds == Self.nanosecondsInSecond - 1
        self.init(seconds: isLast ? nextSecond : seconds, nanoseconds: isLast ? 0 : nanoseconds + 1)
    }

    /// This time, or one after that of the part called `name`, if the clock of the machine that has written it is ahead. A part that
    /// replaces that one comes before it.
    init(notBefore name: String?) {
        let now = Self.now
        guard let name else {
            self = now
            return
        }
        let next = PartTime(after: PartTime(after: name).text)
        self = next.text > now.text ? next : now
    }

    private init(seconds: Int, nanoseconds: Int) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    private static let nanosecondsInSecond = 1_000_000_000

    /// The first words of the name of a part.
    var text: String { "\(Self.padded(seconds, 12))-\(Self.padded(nanoseconds, 9))" }

    private static func padded(_ number: Int, _ count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(count - digits.count, 0)) + digits
    }
}
