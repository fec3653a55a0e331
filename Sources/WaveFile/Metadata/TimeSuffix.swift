import Support

/// What follows the seconds in the name of a file: a fraction, the half of the day, and the offset from UTC, each of which may be missing.
struct TimeSuffix {
    /// The digits of the fraction of a second, if there is one.
    private(set) var fraction: String?
    /// The offset in ISO 8601; empty if there is none.
    private(set) var zone = ""
    /// Whether `PM` follows (true) or `AM` (false).
    private var isAfternoon: Bool?

    /// Reads what comes next in `scanner`. Nil if it makes the time unclear: an offset that no zone has, an abbreviation of a zone that is
    /// used in several parts of the world, or the bounds of a clip, which begins elsewhere than the recording.
    ///
    /// - Parameters:
    ///   - isISO: whether the time is written as in ISO 8601, with a `T`: then `-05` is an offset, and no number of a file.
    ///   - hasMilliseconds: whether the program that wrote the name is known to put milliseconds behind an underscore.
    init?(_ scanner: TextScanner, isISO: Bool, hasMilliseconds: Bool = false) {
        var scanner = scanner
        guard !scanner.hasClipBounds else { return nil }
        isAfternoon = scanner.halfOfDay()
        if isAfternoon == nil {
            fraction = scanner.fractionOfSecond(hasMilliseconds: hasMilliseconds)
            isAfternoon = scanner.halfOfDay()
        }
        switch scanner.zone(isISO: isISO) {
        case .none: break
        case .known(let offset): zone = offset
        case .unclear: return nil
        }
    }

    /// The hour `text` of the day, 00 to 23; nil if no clock of 12 hours shows `text`, and this is the time of one.
    func hour(_ text: String) -> String? {
        guard let isAfternoon else { return text }
        guard let hour = Int(text), (1...12).contains(hour) else { return nil }
        return Int64(hour % 12 + (isAfternoon ? 12 : 0)).padded(to: 2)
    }
}

/// An offset from UTC behind a time.
private enum NamedZone {
    case none
    /// In ISO 8601.
    case known(String)
    /// There is one, but not a certain one.
    case unclear
}

extension TextScanner {
    /// Consumes `AM` or `PM`, with or without a separator before it; returns whether it is `PM`, or nil, and consumes nothing, if the text
    /// differs.
    fileprivate mutating func halfOfDay() -> Bool? {
        var ahead = self
        _ = ahead.skip(oneOf: "_- ")
        guard let word = ahead.letters(), ["AM", "PM"].contains(word), !ahead.isAtDigit else { return nil }
        self = ahead
        return word == "PM"
    }

    /// Consumes a full stop or comma and digits, and returns the digits, at most nine; or `_` and three digits, which are milliseconds
    /// (PAMGuard, AudioMoth, Song Meter Mini); or `-` and three digits before a `Z` (JavaScript's times with `-` for every mark). Nil, and
    /// consumes nothing, if the text differs.
    ///
    /// Three digits behind `_` that begin with a zero may also be the number of a file (`_001`), unless the program is known, or an offset
    /// or `ms` follows: then they are consumed, and nil is returned.
    fileprivate mutating func fractionOfSecond(hasMilliseconds: Bool) -> String? {
        var ahead = self
        if ahead.skip(oneOf: ".,") {
            var fraction = ""
            while fraction.utf8.count < 9, let digit = ahead.digits(1) { fraction += digit }
            guard !fraction.isEmpty, !ahead.isAtDigit else { return nil }
            self = ahead
            return fraction
        }
        let isNumber = ahead.skip("-")
        guard isNumber || ahead.skip("_"), let digits = ahead.digits(3), !ahead.isAtDigit else { return nil }
        let isCertain = ahead.isAt(oneOf: "Zz+") || !isNumber && ahead.skip("ms")
        guard isCertain || !isNumber && !ahead.isAtLetter && !ahead.isAt(oneOf: ".,") else { return nil }
        self = ahead
        return isCertain || hasMilliseconds || !digits.hasPrefix("0") ? String(digits) : nil
    }

    /// The offset that comes next: `Z`, `UTC`, `GMT`, an abbreviation, `±h`, `±hh`, `±hhmm`, `±hh:mm`, or `±hh-mm`, after an underscore, a
    /// space or nothing, or in brackets.
    fileprivate mutating func zone(isISO: Bool) -> NamedZone {
        var isSeparated = skip(oneOf: "_ ")
        let isBracketed = skip(oneOf: "([")
        isSeparated = isSeparated && !isBracketed
        var ahead = self
        if !isSeparated, !isBracketed { _ = ahead.skip("-") }
        if let word = ahead.letters() {
            if word == "Z" || word == "UTC" || word == "GMT" {
                let isNamed = word != "Z"
                if isNamed, ahead.isAt(oneOf: "+-") { return ahead.offset(isISO: true, isCertain: true) }
                return ahead.isAtDigit ? (isNamed ? .unclear : .none) : .known("Z")
            }
            if let offset = Self.abbreviations[word] { return .known(offset) }
            return Self.unclearAbbreviations.contains(word) ? .unclear : .none
        }
        return offset(isISO: isISO && !isSeparated, isCertain: !isSeparated && isAt(oneOf: "+"))
    }

    /// A signed offset. Without `isISO`, hours alone are only taken behind a plus: behind a minus they may be a number of a file. If it is
    /// certain that an offset is meant, one that no zone has is unclear; otherwise it is something else.
    private mutating func offset(isISO: Bool, isCertain: Bool) -> NamedZone {
        let wrong: NamedZone = isCertain ? .unclear : .none
        let sign: String
        if skip("+") { sign = "+" } else if skip("-") || skip("\u{2212}") { sign = "-" } else { return .none }
        let isLong = isISO || isCertain
        guard let hours = digits(2).map(String.init) ?? (isCertain ? digits(1).map { "0\($0)" } : nil) else {
            return .none
        }
        // A coordinate.
        guard !isAt(oneOf: ".,") else { return .none }
        var ahead = self
        let isDivided = ahead.skip(":") || isLong && ahead.skip(oneOf: "-_")
        if let minutes = ahead.digits(2), !ahead.isAtDigit, !ahead.isAt(oneOf: ".,") {
            // No time zone has other minutes, or more than 14 hours.
            guard ["00", "15", "30", "45"].contains(minutes), hours <= "14" else { return isDivided ? .none : wrong }
            return .known("\(sign)\(hours):\(minutes)")
        }
        guard isLong, !isAtDigit else { return isAtDigit ? wrong : .none }
        return hours <= "14" ? .known("\(sign)\(hours):00") : wrong
    }

    /// Abbreviations that mean the same everywhere.
    private static let abbreviations = [
        "CET": "+01:00", "CEST": "+02:00", "WET": "Z", "WEST": "+01:00", "EET": "+02:00", "EEST": "+03:00",
        "AEST": "+10:00", "AEDT": "+11:00", "ACST": "+09:30", "ACDT": "+10:30", "AWST": "+08:00", "NZST": "+12:00",
        "NZDT": "+13:00",
    ]
    /// Abbreviations with several meanings: EST is New York's time and Sydney's, BST London's and Dhaka's.
    private static let unclearAbbreviations: Set = [
        "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "AST", "ADT", "BST", "IST", "SST",
    ]

    /// Consumes ASCII letters, and returns them as capitals; nil if none comes next.
    private mutating func letters() -> String? {
        var letters = ""
        while let letter = letter() { letters += letter }
        return letters.isEmpty ? nil : letters.uppercased()
    }
}
