import Support

extension Timestamp {
    /// The time in a metadata field, in one of the forms that recorders and editors write: year, month and day separated by `-`, `/`, `:`,
    /// `.`, `_`, spaces or nothing, as the hours, minutes and seconds may be; numbers padded with spaces; `T`, a comma or spaces before
    /// the time; a comma before the fraction; and spaces, `UTC` or `GMT` before an offset (`Z`, `±h`, `±hh`, `±hhmm`, `±hh:mm`).
    ///
    /// Nil if the text is a date alone, if the day or the month comes first (the two cannot be told apart), or if the time is followed
    /// by anything but an offset: a time in an unknown zone would be hours off.
    init?(metadata text: some StringProtocol) {
        var scanner = TextScanner(text)
        scanner.skipSpaces()
        guard let year = scanner.digits(4) else { return nil }
        let divider = scanner.divider(of: ["-", "/", ":", ".", "_", " "])
        guard let month = divider != nil ? scanner.paddedNumber() : scanner.digits(2).map(String.init),
            divider.map({ scanner.skip($0) }) ?? true,
            let day = divider != nil ? scanner.paddedNumber() : scanner.digits(2).map(String.init),
            scanner.skipBetweenDateAndTime(), let time = scanner.timeOfDay(), let zone = scanner.writtenZone()
        else { return nil }
        self.init(iso8601: "\(year)-\(month)-\(day)T\(time)\(zone)")
    }
}

extension TextScanner {
    fileprivate mutating func skipSpaces() {
        while skip(oneOf: " \t\0") {}
    }

    /// One or two digits, after any number of spaces, as two digits.
    fileprivate mutating func paddedNumber() -> String? {
        skipSpaces()
        return digits(2).map(String.init) ?? digits(1).map { "0\($0)" }
    }

    fileprivate mutating func skipBetweenDateAndTime() -> Bool {
        let isDivided = skip(oneOf: "Tt,_ ")
        skipSpaces()
        return isDivided
    }

    /// Consumes and returns the one of `characters` that comes next.
    fileprivate mutating func divider(of characters: [String]) -> String? { characters.first { skip($0) } }

    /// A time `hh:mm[:ss[.fraction]]` with the separator `:`, `.`, `-`, `_`, a space or none, in ISO 8601.
    fileprivate mutating func timeOfDay() -> String? {
        guard let hour = paddedNumber() else { return nil }
        let divider = divider(of: [":", ".", "-", "_", " "])
        guard let minute = divider != nil ? paddedNumber() : digits(2).map(String.init) else { return nil }
        guard divider.map({ skip($0) }) ?? isAtDigit else { return "\(hour):\(minute)" }
        guard let second = divider != nil ? paddedNumber() : digits(2).map(String.init) else { return nil }
        guard skip(oneOf: ".,") else { return "\(hour):\(minute):\(second)" }
        var fraction = ""
        while let digit = digits(1) { fraction += digit }
        return fraction.isEmpty ? nil : "\(hour):\(minute):\(second).\(fraction.prefix(9))"
    }

    /// The offset at the end of the text, in ISO 8601; empty if there is none, nil if there is anything else.
    fileprivate mutating func writtenZone() -> String? {
        skipSpaces()
        if isAtEnd { return "" }
        let isNamed = skip("UTC") || skip("GMT")
        if isNamed { skipSpaces() }
        if skip(oneOf: "Zz") || isNamed && isAtEnd {
            skipSpaces()
            return isAtEnd ? "Z" : nil
        }
        let sign: String
        if skip("+") { sign = "+" } else if skip("-") || skip("\u{2212}") { sign = "-" } else { return nil }
        guard let hours = paddedNumber() else { return nil }
        let hasColon = skip(":")
        guard let minutes = digits(2).map(String.init) ?? (hasColon ? nil : "00") else { return nil }
        skipSpaces()
        return isAtEnd ? "\(sign)\(hours):\(minutes)" : nil
    }
}
