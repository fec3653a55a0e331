/// A day of the proleptic Gregorian calendar.
public struct CalendarDay: Hashable, Sendable {
    /// Days since 1970-01-01; negative before that.
    public let daysSince1970: Int64

    /// The day so many days after 1970-01-01, or before it if the number is negative.
    public init(daysSince1970: Int64) {
        // So that no year is beyond what can be counted with.
        self.daysSince1970 = min(max(daysSince1970, -(1 << 50)), 1 << 50)
    }

    /// The year as it is written: with at least four digits.
    public var yearText: String { parts.year.padded(to: 4) }

    /// The inverse of `Timestamp.daysSince1970`.
    private var parts: (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * monthIndex + 2) / 5 + 1
        )
    }
}

extension CalendarDay: CustomStringConvertible {
    /// ISO 8601: `2024-09-03`.
    public var description: String {
        let (year, month, day) = parts
        return "\(year.padded(to: 4))-\(month.padded(to: 2))-\(day.padded(to: 2))"
    }
}
