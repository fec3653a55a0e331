import Support

/// The name of a clip: that of a recording's file, `@`, a range, and `.wav`.
///
/// The range is `START-END` or `START+DURATION` in seconds (`12.5`) or in hours, minutes and seconds (`1:02:03.5`, `02:03`), a
/// duration also with a unit (`3s`, `50ms`, `2m`, `1h`), or `sFIRST-END` in samples. It is half-open.
struct ClipName {
    /// The name of the recording's file.
    let file: [UInt8]
    private let range: Text

    /// A range as it is written.
    private enum Text {
        case samples(Range<UInt64>)
        case times(start: SamplePosition, end: SamplePosition)
        /// A duration in time, from a start on.
        case duration(start: SamplePosition, SamplePosition)
    }

    private static let ending = Array(".wav".utf8)

    /// Nil if `name` is none. The last `@` counts: the name of a recording may have some of its own.
    init?(_ name: [UInt8]) {
        guard let at = name.lastIndex(of: UInt8(ascii: "@")), at > 0 else { return nil }
        let tail = name[(at + 1)...]
        guard tail.count > Self.ending.count,
            tail.suffix(Self.ending.count).elementsEqual(Self.ending, by: { $0 | ($0 > 0x40 ? 0x20 : 0) == $1 }),
            let range = Self.range(String(decoding: tail.dropLast(Self.ending.count), as: UTF8.self))
        else { return nil }
        file = Array(name[..<at])
        self.range = range
    }

    /// The samples of a recording of `sampleCount` samples at `rate` hertz: times are those of the nearest samples, the later one
    /// halfway, and a duration has the same number of samples wherever it begins. Nil if there are none, or if some of them are not
    /// in the recording.
    func samples(of sampleCount: UInt64, rate: UInt32) -> Range<UInt64>? {
        func sample(_ position: SamplePosition) -> UInt64? {
            position.sample(rate: rate).flatMap { UInt64(exactly: $0) }
        }
        let first: UInt64
        let end: UInt64?
        switch range {
        case .samples(let samples): (first, end) = (samples.lowerBound, samples.upperBound)
        case .times(let start, let last):
            guard let start = sample(start) else { return nil }
            (first, end) = (start, sample(last))
        case .duration(let start, let duration):
            guard let start = sample(start) else { return nil }
            (first, end) = (start, sample(duration).flatMap { start.adding($0) })
        }
        guard let end, first < end, end <= sampleCount else { return nil }
        return first..<end
    }

    private static func range(_ text: String) -> Text? {
        if text.hasPrefix("s") {
            let numbers = text.dropFirst().split(separator: "-", omittingEmptySubsequences: false).map(number)
            guard numbers.count == 2, let first = numbers[0], let end = numbers[1], first < end else { return nil }
            return .samples(first..<end)
        }
        guard let separator = text.firstIndex(where: { $0 == "-" || $0 == "+" }),
            let start = time(text[..<separator])
        else { return nil }
        let rest = text[text.index(after: separator)...]
        return text[separator] == "-"
            ? time(rest).map { .times(start: start, end: $0) }
            : duration(rest).map { .duration(start: start, $0) }
    }

    private static func number(_ text: Substring) -> UInt64? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt64(text) : nil
    }

    /// A time without a sign. Decimals that a `SamplePosition` does not count are refused rather than dropped.
    private static func time(_ text: Substring) -> SamplePosition? {
        let decimals = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first
        guard text.utf8.allSatisfy({ (0x30...0x3A).contains($0) || $0 == UInt8(ascii: ".") }),
            decimals.map({ (1...9).contains($0.utf8.count) }) ?? true
        else { return nil }
        return SamplePosition(text)
    }

    /// Units of durations, each in nanoseconds.
    private static let units: [(name: String, nanoseconds: UInt64)] = [
        ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    private static func duration(_ text: Substring) -> SamplePosition? {
        guard let unit = units.first(where: { text.hasSuffix($0.name) }) else { return time(text) }
        let parts = text.dropLast(unit.name.count).split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first.flatMap(number), parts.count <= 2,
            let fraction = parts.count == 1 ? 0 : nanoseconds(parts[1], of: unit.nanoseconds),
            let sum = whole.multiplied(by: unit.nanoseconds)?.adding(fraction)
        else { return nil }
        return Int64(exactly: sum).map { SamplePosition(nanoseconds: $0) }
    }

    /// The nanoseconds of the `decimals` of a unit; nil if they are not a whole number of them.
    private static func nanoseconds(_ decimals: Substring, of unit: UInt64) -> UInt64? {
        guard (1...9).contains(decimals.utf8.count), let digits = number(decimals) else { return nil }
        // At most 10^9, and above `digits`.
        let scale = decimals.utf8.reduce(UInt64(1)) { scale, _ in scale * 10 }
        let (quotient, remainder) = scale.dividingFullWidth(unit.multipliedFullWidth(by: digits))
        return remainder == 0 ? quotient : nil
    }
}
