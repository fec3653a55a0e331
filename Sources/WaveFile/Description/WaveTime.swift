import Support

/// The time of a file's first sample in the forms that metadata chunks have it, each of which has as many characters at any time.
struct WaveTime {
    /// `yyyy-mm-dd`, by the recording's own clock.
    let date: String
    /// `hh:mm:ss`, by the recording's own clock.
    let timeOfDay: String
    /// ISO 8601 with six decimals, and with the offset from UTC if that is known.
    let text: String
    private let secondOfDay: UInt64
    private let nanoseconds: UInt64

    /// The time `sample` samples after `start`, at `rate` hertz; nil if it, or the end of `sampleCount` samples, is not in the years that
    /// have four digits.
    init?(_ start: Timestamp, sample: UInt64, sampleCount: UInt64, rate: UInt32) {
        guard Self.hasFourDigits(start), let sample = Int64(exactly: sample), let count = Int64(exactly: sampleCount),
            let time = start.adding(samples: sample, rate: rate), Self.hasFourDigits(time),
            let end = start.adding(samples: count, rate: rate), Self.hasFourDigits(end)
        else { return nil }
        let whole = Timestamp(seconds: time.seconds, offsetMinutes: time.offsetMinutes)
        let characters = whole.description
        date = String(characters.prefix(10))
        timeOfDay = String(characters.dropFirst(11).prefix(8))
        // To the microsecond below: the next might be in the next second.
        let decimals = (time.nanoseconds / 1000).padded(to: 6)
        text = "\(date)T\(timeOfDay).\(decimals)\(characters.dropFirst(19))"
        secondOfDay = UInt64(clamping: Self.local(time) - Self.local(time) / 86_400 * 86_400)
        nanoseconds = UInt64(clamping: time.nanoseconds)
    }

    /// How many samples there are from midnight to this time at `sampleRate` hertz, to the nearest one of the same second.
    func samplesSinceMidnight(sampleRate: UInt32) -> UInt64 {
        let rate = UInt64(sampleRate)
        // Below 2^62 and 2^49.
        let fraction = (nanoseconds * rate + 500_000_000) / 1_000_000_000
        return secondOfDay * rate + min(fraction, max(rate, 1) - 1)
    }

    /// Seconds since the year 0 by the time's own clock; not negative for a time of four digits.
    private static func local(_ time: Timestamp) -> Int64 {
        time.seconds + Int64(time.offsetMinutes ?? 0) * 60 + secondsBefore1970
    }

    /// Seconds from 0000-01-01 to 1970-01-01.
    private static let secondsBefore1970: Int64 = 719_528 * 86_400

    private static func hasFourDigits(_ time: Timestamp) -> Bool {
        // From 0000-01-02 to 9999-12-30, so that no offset matters.
        (-62_167_132_800...253_402_214_400).contains(time.seconds) && abs(time.offsetMinutes ?? 0) < 24 * 60
    }
}

extension Timestamp {
    /// The time `samples` samples later, at `rate` hertz, to the nearest nanosecond; nil if there is no such time.
    func adding(samples: Int64, rate: UInt32) -> Timestamp? {
        let rate = Int64(max(rate, 1))
        let (whole, rest) = samples.quotientAndRemainder(dividingBy: rate)
        // Below 2^62.
        let nanoseconds = (rest * 1_000_000_000 + (rest < 0 ? -rate : rate) / 2) / rate
        guard let seconds = seconds.adding(whole) else { return nil }
        return Timestamp(seconds: seconds, nanoseconds: self.nanoseconds, offsetMinutes: offsetMinutes)
            .adding(nanoseconds: nanoseconds)
    }
}
