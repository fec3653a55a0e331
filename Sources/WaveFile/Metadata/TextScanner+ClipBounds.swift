extension TextScanner {
    /// Whether the bounds of a clip follow anywhere, as programs and people name the clips that they cut: the clip begins elsewhere than the
    /// recording that it is named after. They are two times in seconds, the second after the first: `_60.000-63.000`, `__6.0s_9.0s`, with
    /// whole numbers `_60-63` and `_start_60_end_63`. Numbers with more than three decimals are coordinates.
    var hasClipBounds: Bool {
        var scanner = self
        // A time is before this.
        var isAtWord = true
        while !scanner.isAtEnd {
            if scanner.isAtTimes || scanner.isAtNamedBounds || isAtWord && scanner.isAtWholeBounds { return true }
            isAtWord = scanner.isAt(oneOf: Self.separators)
            var ahead = scanner
            if ahead.clipBound(isWhole: false) == nil { scanner.skipOne() } else { scanner = ahead }
        }
        return false
    }

    private static let separators = "_ ([{,;"

    /// Whether two numbers come next of which each has decimals or a unit.
    private var isAtTimes: Bool {
        var ahead = self
        guard let first = ahead.clipBound(isWhole: false), ahead.skip(oneOf: "-_") else { return false }
        while ahead.skip(oneOf: "-_") {}
        guard let second = ahead.clipBound(isWhole: false) else { return false }
        return first < second && !ahead.isAtDigit
    }

    /// Whether two whole numbers come next, with a hyphen between them and nothing else behind. Offsets and coordinates have a sign before
    /// the first.
    private var isAtWholeBounds: Bool {
        var ahead = self
        guard let first = ahead.clipBound(isWhole: true), ahead.skip("-"), let second = ahead.clipBound(isWhole: true)
        else { return false }
        return first < second && (ahead.isAtEnd || ahead.isAt(oneOf: "\(Self.separators))]}"))
    }

    /// Whether `start` and a number, and `end` and a number come next.
    private var isAtNamedBounds: Bool {
        var ahead = self
        guard ahead.skip(word: "START"), let first = ahead.namedBound() else { return false }
        _ = ahead.skip(oneOf: "-_ ")
        guard ahead.skip(word: "END") || ahead.skip(word: "STOP"), let second = ahead.namedBound() else { return false }
        return first < second
    }

    /// Consumes a number behind the name of a bound.
    private mutating func namedBound() -> Double? {
        _ = skip(oneOf: "-_= ")
        return clipBound(isWhole: false) ?? clipBound(isWhole: true)
    }

    /// Skips `word`, given in capitals, in capitals or not; returns false, and skips nothing, if other letters come next.
    private mutating func skip(word: String) -> Bool {
        var ahead = self
        var text = ""
        while text.utf8.count < word.utf8.count, let letter = ahead.letter() { text += letter }
        guard text.uppercased() == word, !ahead.isAtLetter else { return false }
        self = ahead
        return true
    }

    /// Consumes a time in seconds: a whole number of up to five digits if that is wanted (a day has 86 400), or else one with up to three
    /// decimals or an `s` behind it. Nil, and consumes nothing, if anything else comes next.
    private mutating func clipBound(isWhole: Bool) -> Double? {
        var ahead = self
        var text = ""
        while let digit = ahead.digits(1) { text += digit }
        guard !text.isEmpty else { return nil }
        if isWhole {
            guard text.utf8.count <= 5 else { return nil }
            self = ahead
            return Double(text)
        }
        var isTime = false
        var fraction = ahead
        if fraction.skip(".") {
            var decimals = ""
            while let digit = fraction.digits(1) { decimals += digit }
            if (1...3).contains(decimals.utf8.count) {
                text += ".\(decimals)"
                ahead = fraction
                isTime = true
            }
        }
        var unit = ahead
        if unit.skip("s"), !unit.isAtLetter {
            ahead = unit
            isTime = true
        }
        guard isTime else { return nil }
        self = ahead
        return Double(text)
    }
}
