/// A point in time as recorders and stores write it: ISO 8601, with or without an offset from UTC.
///
/// If there is no offset, UTC is assumed wherever a point in time is needed, so that a store means the same on every machine;
/// `description` still shows no offset.
public struct Timestamp: Sendable, Equatable {
    /// Seconds since 1970-01-01T00:00:00Z; negative before that.
    public let seconds: Int64
    /// Nanoseconds after `seconds`, in 0..<1 000 000 000.
    public let nanoseconds: Int64
    /// Minutes east of UTC, if known.
    public let offsetMinutes: Int?

    /// The time `seconds` and `nanoseconds` after 1970-01-01T00:00:00Z, written at `offsetMinutes` east of UTC.
    public init(seconds: Int64, nanoseconds: Int64 = 0, offsetMinutes: Int? = nil) {
        self.seconds = seconds
        self.nanoseconds = min(max(nanoseconds, 0), 999_999_999)
        self.offsetMinutes = offsetMinutes
    }

    /// Reads `yyyy-mm-dd`, `T` or a space, `hh:mm[:ss[.fraction]]`, and `Z`, `±hh`, `±hhmm`, `±hh:mm` or nothing. Nil for
    /// anything else, and for dates that no calendar has.
    public init?(iso8601 text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        func number(_ digits: Int) -> Int64? {
            guard rest.count >= digits, rest.prefix(digits).allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
            defer { rest = rest.dropFirst(digits) }
            return rest.prefix(digits).reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }
        func skip(_ characters: String) -> Bool {
            guard let next = rest.first, characters.utf8.contains(next) else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2), skip("Tt "),
            let hour = number(2), skip(":"), let minute = number(2),
            (1...12).contains(month), day >= 1, day <= Self.daysInMonth(month, of: year), hour < 24, minute < 60
        else { return nil }

        var second: Int64 = 0
        var nanoseconds: Int64 = 0
        if skip(":") {
            guard let value = number(2), value <= 60 else { return nil }
            second = value
            if skip(".,") {
                guard let first = number(1) else { return nil }
                nanoseconds = first * 100_000_000
                var unit: Int64 = 10_000_000
                while let digit = number(1) {
                    nanoseconds += digit * unit
                    unit /= 10
                }
            }
        }

        var offset: Int?
        if skip("Zz") {
            offset = 0
        } else if let sign = rest.first, skip("+-") {
            guard let hours = number(2) else { return nil }
            let hasColon = skip(":")
            guard let minutes = number(2) ?? (hasColon ? nil : 0), hours < 24, minutes < 60 else { return nil }
            offset = Int(hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
        }
        guard rest.isEmpty else { return nil }

        let local = Self.daysSince1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
        self.init(seconds: local - Int64(offset ?? 0) * 60, nanoseconds: nanoseconds, offsetMinutes: offset)
    }

    /// The time `nanoseconds` later; nil if there is no such time.
    public func adding(nanoseconds added: Int64) -> Timestamp? {
        // Both are below 1e9.
        let fraction = nanoseconds + added % 1_000_000_000
        let carry: Int64 = fraction < 0 ? -1 : fraction >= 1_000_000_000 ? 1 : 0
        return seconds.adding(added / 1_000_000_000 + carry).map { seconds in
            Timestamp(
                seconds: seconds, nanoseconds: fraction - carry * 1_000_000_000, offsetMinutes: offsetMinutes)
        }
    }

    /// The time `samples` samples later, at `rate` hertz (0 counts as 1), to the nearest nanosecond; nil if there is no such time.
    public func adding(samples: UInt64, rate: UInt32) -> Timestamp? {
        let rate = UInt64(max(rate, 1))
        let (whole, rest) = samples.quotientAndRemainder(dividingBy: rate)
        // Below 2^62.
        let added = (rest * 1_000_000_000 + rate / 2) / rate
        return Int64(exactly: whole).flatMap { seconds.adding($0) }.flatMap { seconds in
            Timestamp(seconds: seconds, nanoseconds: nanoseconds, offsetMinutes: offsetMinutes)
                .adding(nanoseconds: Int64(clamping: added))
        }
    }

    /// Its day, by the clock of its own offset if it has one.
    public var day: CalendarDay { local.day }

    /// Its day and the seconds since the beginning of that, by the clock of its own offset if it has one.
    private var local: (day: CalendarDay, second: Int64) {
        let local = seconds.adding(Int64(offsetMinutes ?? 0) * 60) ?? seconds
        let (days, rest) = local.quotientAndRemainder(dividingBy: 86_400)
        return rest < 0
            ? (CalendarDay(daysSince1970: days - 1), rest + 86_400) : (CalendarDay(daysSince1970: days), rest)
    }

    static func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar; see Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Timestamp: CustomStringConvertible {
    /// ISO 8601, at its own offset if it has one, with as many decimals as it needs.
    public var description: String {
        let (day, secondOfDay) = local
        var text = "\(day)T"
        text += "\((secondOfDay / 3_600).padded(to: 2)):\((secondOfDay / 60 % 60).padded(to: 2)):"
        text += (secondOfDay % 60).padded(to: 2)
        if nanoseconds != 0 {
            var decimals = nanoseconds.padded(to: 9)
            while decimals.last == "0" { decimals.removeLast() }
            text += ".\(decimals)"
        }
        guard let offsetMinutes else { return text }
        guard offsetMinutes != 0 else { return text + "Z" }
        let magnitude = Int64(offsetMinutes.magnitude)
        let hoursAndMinutes = "\((magnitude / 60).padded(to: 2)):\((magnitude % 60).padded(to: 2))"
        return text + (offsetMinutes < 0 ? "-" : "+") + hoursAndMinutes
    }
}
