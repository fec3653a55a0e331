/// The duration of a number of samples.
public struct SampleDuration: Sendable {
    private let microseconds: (whole: UInt64, rest: UInt64)

    /// The duration of `samples` of one channel at `rate` hertz (0 counts as 1), to the nearest microsecond.
    public init(samples: UInt64, rate: UInt32) {
        let rate = UInt64(max(rate, 1))
        let (whole, rest) = samples.quotientAndRemainder(dividingBy: rate)
        // The rest is below 2^32, so this stays far below 2^64.
        let rounded = (rest * 1_000_000 + rate / 2) / rate
        let (more, microseconds) = rounded.quotientAndRemainder(dividingBy: 1_000_000)
        self.microseconds = (whole.adding(more) ?? whole, microseconds)
    }

    /// Seconds with six decimals: `3725.250000`.
    public var seconds: String { "\(microseconds.whole).\(microseconds.rest.padded(to: 6))" }

    /// Hours, minutes and seconds, truncated to milliseconds: `1:02:05.250`.
    public var clock: String {
        let (hours, rest) = microseconds.whole.quotientAndRemainder(dividingBy: 3600)
        let minutes = (rest / 60).padded(to: 2)
        return "\(hours):\(minutes):\((rest % 60).padded(to: 2)).\((microseconds.rest / 1000).padded(to: 3))"
    }
}
