import Support

/// The clock of a recording, as it was set: local times, counted from the midnight before the first that is shown.
struct Clock {
    /// Local seconds since 1970 at that midnight.
    private let midnight: Int64
    /// The first time that is shown, in seconds behind that midnight.
    let offset: Double

    /// The times that can be written: those from year 0 on and before year 10000, in seconds since 1970.
    private static let times: Range<Int64> = -62_167_219_200..<253_402_300_800

    /// The clock from `seconds` and a `fraction` behind `start` on, for `span` seconds; nil if the dates cannot be written.
    init?(_ start: Timestamp, after seconds: Int64, fraction: Double, span: Double) {
        guard
            let local = start.seconds.adding(Int64(start.offsetMinutes ?? 0) * 60)?.adding(seconds),
            Self.times.contains(local), span < Double(Self.times.upperBound - local)
        else { return nil }
        let rest = local % TimeStep.day
        let secondOfDay = rest < 0 ? rest + TimeStep.day : rest
        midnight = local - secondOfDay
        offset = Double(secondOfDay) + Double(start.nanoseconds) / 1e9 + fraction
    }

    /// The time `number` steps behind the midnight; nil if it cannot be written.
    func label(_ step: TimeStep, _ number: Int64) -> Tick? {
        guard let time = step.time(number), let local = midnight.adding(time.seconds), Self.times.contains(local)
        else { return nil }
        // The time as it is written, without an offset: 2025-06-18T05:00:00.
        let text = Timestamp(seconds: local).description
        let date = String(text.prefix(10))
        if step.isDays { return Tick(place: 0, label: date) }
        let clock = String(text.dropFirst(11)) + time.decimals
        let isMidnight = local % TimeStep.day == 0 && time.decimals.allSatisfy { $0 == "." || $0 == "0" }
        return Tick(place: 0, label: step.isMinutes ? String(clock.prefix(5)) : clock, note: isMidnight ? date : "")
    }

    /// The date of the first time that is shown.
    var firstDate: String {
        String(Timestamp(seconds: midnight.adding(Int64(offset)) ?? midnight).description.prefix(10))
    }
}
