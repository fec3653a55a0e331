/// The rule by which a region changes its clocks every year, as the environment variable `TZ` has it: `CET-1CEST,M3.5.0,M10.5.0/3`. See
/// POSIX.1-2024, section 8.3, with the hours from -167 to 167 of RFC 9636, section 3.3.1.
struct TimeZoneRule: Sendable, Equatable {
    /// The times of summer time, and its offset.
    private struct Summer: Equatable {
        let offset: Int64
        let start: Day
        let end: Day
    }

    /// A day of each year, and the seconds after its midnight.
    fileprivate struct Day: Equatable {
        enum Place: Equatable {
            /// Weekday `weekday` (0 is Sunday) of week `week` of `month`; week 5 is the last.
            case weekday(month: Int64, week: Int64, weekday: Int64)
            /// Days after 1 January. February 29 is never counted if `skipsLeapDay`.
            case day(Int64, skipsLeapDay: Bool)
        }

        let place: Place
        let seconds: Int64
    }

    /// Seconds east of UTC, outside summer time.
    private let offset: Int64
    private let summer: Summer?

    /// Nil if `text` is no such rule.
    init?(_ text: String) {
        var scanner = RuleScanner(text)
        guard scanner.skipName(), let west = scanner.time() else { return nil }
        offset = -west
        guard !scanner.isAtEnd else {
            summer = nil
            return
        }
        guard scanner.skipName() else { return nil }
        let summerOffset = scanner.time().map { -$0 } ?? offset + 3600
        guard let start = scanner.day(), let end = scanner.day(), scanner.isAtEnd else { return nil }
        summer = Summer(
            offset: summerOffset, start: Day(place: start.place, seconds: start.seconds),
            end: Day(place: end.place, seconds: end.seconds))
    }

    /// Seconds east of UTC at `time`, which is in seconds since 1970.
    func offset(at time: Int64) -> Int64 {
        guard let summer, let year = time.adding(offset).map({ Self.year(of: $0) }) else { return offset }
        let start = summer.start.seconds(in: year) - offset
        let end = summer.end.seconds(in: year) - summer.offset
        let isSummer = start < end ? (start..<end).contains(time) : !(end..<start).contains(time)
        return isSummer ? summer.offset : offset
    }

    /// The year of a time in seconds since 1970, from 0 to 9999.
    private static func year(of time: Int64) -> Int64 {
        let days = time / 86_400 - (time % 86_400 < 0 ? 1 : 0)
        var year = min(max(1970 + days / 366, 0), 9999)
        while year > 0, Timestamp.daysSince1970(year, 1, 1) > days { year -= 1 }
        while year < 9999, Timestamp.daysSince1970(year + 1, 1, 1) <= days { year += 1 }
        return year
    }
}

extension TimeZoneRule.Day {
    /// Seconds since 1970 in `year`, by the clock.
    fileprivate func seconds(in year: Int64) -> Int64 {
        let newYear = Timestamp.daysSince1970(year, 1, 1)
        let day: Int64
        switch place {
        case .day(let days, let skipsLeapDay):
            let isLater = skipsLeapDay && days >= 59 && Timestamp.daysInMonth(2, of: year) == 29
            day = newYear + days + (isLater ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let first = Timestamp.daysSince1970(year, month, 1)
            // 1970-01-01 was a Thursday.
            let wait = (weekday - (first + 4) % 7 + 14) % 7
            let last = Timestamp.daysInMonth(month, of: year) - 1
            var offset = wait + (week - 1) * 7
            while offset > last { offset -= 7 }
            day = first + offset
        }
        return day * 86_400 + seconds
    }
}

/// Reads a rule from the front.
private struct RuleScanner {
    private var rest: Substring.UTF8View.SubSequence

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    private mutating func skip(_ character: Character) -> Bool {
        guard let next = rest.first, next == character.asciiValue else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Skips the abbreviation of a zone: letters, or anything between `<` and `>`.
    mutating func skipName() -> Bool {
        if skip("<") {
            rest = rest.drop { $0 != UInt8(ascii: ">") }
            return skip(">")
        }
        let name = rest.prefix { (0x41...0x5A).contains($0 & 0xDF) }
        rest = rest.dropFirst(name.count)
        return !name.isEmpty
    }

    /// A number of at most three digits.
    private mutating func number() -> Int64? {
        let digits = rest.prefix(3).prefix { (0x30...0x39).contains($0) }
        rest = rest.dropFirst(digits.count)
        return digits.isEmpty ? nil : digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// A time `[±]hh[:mm[:ss]]` in seconds.
    mutating func time() -> Int64? {
        let isNegative = skip("-")
        if !isNegative { _ = skip("+") }
        guard var seconds = number().map({ $0 * 3600 }) else { return nil }
        for unit in [60 as Int64, 1] where skip(":") {
            guard let part = number() else { return nil }
            seconds += part * unit
        }
        return isNegative ? -seconds : seconds
    }

    /// A comma, a day and the time on it, which is 2 o'clock if it is not given.
    mutating func day() -> (place: TimeZoneRule.Day.Place, seconds: Int64)? {
        guard skip(","), let place = place() else { return nil }
        guard skip("/") else { return (place, 7200) }
        return time().map { (place, $0) }
    }

    private mutating func place() -> TimeZoneRule.Day.Place? {
        if skip("M") {
            guard let month = number(), skip("."), let week = number(), skip("."), let weekday = number(),
                (1...12).contains(month), (1...5).contains(week), (0...6).contains(weekday)
            else { return nil }
            return .weekday(month: month, week: week, weekday: weekday)
        }
        let skipsLeapDay = skip("J")
        guard let day = number(), (skipsLeapDay ? 1...365 : 0...365).contains(day) else { return nil }
        return .day(skipsLeapDay ? day - 1 : day, skipsLeapDay: skipsLeapDay)
    }
}
