/// Reads a text from the front, byte by byte: dates in comments and file names.
struct TextScanner {
    private var rest: Substring.UTF8View.SubSequence

    init(_ text: some StringProtocol) {
        rest = Substring(text).utf8[...]
    }

    /// Skips `characters`; returns false, and skips nothing, if others come next.
    mutating func skip(_ characters: String) -> Bool {
        guard rest.starts(with: characters.utf8) else { return false }
        rest = rest.dropFirst(characters.utf8.count)
        return true
    }

    /// Skips one of `characters`; returns false, and skips nothing, if another comes next.
    mutating func skip(oneOf characters: String) -> Bool {
        guard let next = rest.first, characters.utf8.contains(next) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Consumes and returns the next `count` decimal digits; nil, and consumes nothing, if fewer come next.
    mutating func digits(_ count: Int) -> Substring? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(count)
        return Substring(digits)
    }

    /// Consumes and returns the ASCII letter that comes next; nil if anything else does.
    mutating func letter() -> Substring? {
        guard isAtLetter else { return nil }
        defer { rest = rest.dropFirst() }
        return Substring(rest.prefix(1))
    }

    /// Skips a byte.
    mutating func skipOne() { rest = rest.dropFirst() }

    /// Whether one of `characters` comes next.
    func isAt(oneOf characters: String) -> Bool { rest.first.map(characters.utf8.contains) ?? false }

    /// Whether a digit comes next.
    var isAtDigit: Bool { rest.first.map { (0x30...0x39).contains($0) } ?? false }

    /// Whether an ASCII letter comes next.
    var isAtLetter: Bool { rest.first.map { (0x41...0x5A).contains($0 & 0xDF) } ?? false }

    /// Whether nothing is left.
    var isAtEnd: Bool { rest.isEmpty }
}
