/// A place in a recording as the command line and tables give it.
///
/// `12.5` is in seconds, `1:02:03.5` in hours (optional), minutes and seconds, and `48000smp` in samples; with a minus
/// sign, the position is before the recording's start. A plain `s` is refused: it is samples for SoX and seconds for
/// ffmpeg.
public struct SamplePosition: Sendable, Equatable {
    private enum Magnitude: Equatable {
        case samples(Int64)
        /// Whole seconds, and 10^-9 of one.
        case time(seconds: Int64, nanoseconds: Int64)
    }

    private let magnitude: Magnitude
    private let isNegative: Bool

    /// Nil if `text` is none of these.
    public init?(_ text: some StringProtocol) {
        var rest = Substring(text)
        isNegative = rest.first == "-"
        if isNegative { rest = rest.dropFirst() }
        if rest.hasSuffix("smp") {
            guard let samples = Self.number(rest.dropLast(3)) else { return nil }
            magnitude = .samples(samples)
            return
        }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), let last = parts.last else { return nil }
        let decimals = last.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = decimals.first, let nanoseconds = Self.nanoseconds(decimals.dropFirst().first ?? "0")
        else { return nil }
        var seconds: Int64 = 0
        for (place, part) in (parts.dropLast() + [whole]).enumerated() {
            // Only the leading number may be larger than 59.
            guard let number = Self.number(part), place == 0 || number < 60,
                let sum = seconds.multiplied(by: 60)?.adding(number)
            else { return nil }
            seconds = sum
        }
        magnitude = .time(seconds: seconds, nanoseconds: nanoseconds)
    }

    /// The number of the nearest sample (of two, the later one) at `rate` samples a second; nil if that does not fit.
    public func sample(rate: UInt32) -> Int64? {
        let distance: Int64?
        switch magnitude {
        case .samples(let samples): distance = samples
        case .time(let seconds, let nanoseconds):
            // Below 10^9 times 2^32, which fits.
            let rest = (nanoseconds * Int64(rate) + 500_000_000) / 1_000_000_000
            distance = seconds.multiplied(by: Int64(rate))?.adding(rest)
        }
        return distance.map { isNegative ? -$0 : $0 }
    }

    /// The time as far behind `target` as this is behind `origin`; nil if that does not fit, or if one of them is in
    /// samples.
    public func moved(from origin: SamplePosition, to target: SamplePosition) -> SamplePosition? {
        guard let here = nanoseconds, let origin = origin.nanoseconds, let target = target.nanoseconds,
            let moved = here.subtracting(origin)?.adding(target)
        else { return nil }
        return SamplePosition(nanoseconds: moved)
    }

    /// The recording's start.
    public static let start = SamplePosition(nanoseconds: 0)

    /// The time as far behind this one as `duration` is long; nil if that does not fit, or if one of them is in samples and the
    /// other is not.
    public func adding(_ duration: SamplePosition) -> SamplePosition? {
        if case .samples(let here) = magnitude, case .samples(let more) = duration.magnitude {
            let sum = (isNegative ? -here : here).adding(duration.isNegative ? -more : more)
            return sum.flatMap { SamplePosition("\($0)smp") }
        }
        return duration.moved(from: .start, to: self)
    }

    /// The time of sample `sample` at `rate` samples a second, to the nanosecond; nil if that does not fit.
    public init?(sample: Int64, rate: Int64) {
        guard rate > 0, sample >= 0 else { return nil }
        let (whole, rest) = sample.quotientAndRemainder(dividingBy: rate)
        guard let billion = rest.multiplied(by: 1_000_000_000) else { return nil }
        let (fraction, left) = billion.quotientAndRemainder(dividingBy: rate)
        guard let nanoseconds = whole.multiplied(by: 1_000_000_000)?.adding(fraction + (left * 2 >= rate ? 1 : 0))
        else { return nil }
        self.init(nanoseconds: nanoseconds)
    }

    /// The time so many nanoseconds behind the recording's start.
    public init(nanoseconds: Int64) {
        isNegative = nanoseconds < 0
        let (seconds, rest) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        magnitude = .time(seconds: Int64(seconds), nanoseconds: Int64(rest))
    }

    /// Nanoseconds behind the start; nil if it is in samples, or does not fit.
    public var nanoseconds: Int64? {
        guard case .time(let seconds, let rest) = magnitude else { return nil }
        return seconds.multiplied(by: 1_000_000_000)?.adding(rest).map { isNegative ? -$0 : $0 }
    }

    private static func number(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }

    /// The decimals of a second; those after the ninth are dropped.
    private static func nanoseconds(_ decimals: Substring) -> Int64? {
        guard decimals.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let digits = decimals.prefix(9)
        return Int64(digits + String(repeating: "0", count: 9 - digits.count))
    }
}
