extension String {
    /// The text on one line, with line breaks, other control characters, and what changes the direction of writing escaped: for text that
    /// may quote a store, or a name. What a terminal or an editor shows of it is what it says.
    public var escapingControlCharacters: String {
        guard !utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return self }
        let text = displayedName
        guard text.unicodeScalars.contains(where: \.isControl) else { return text }
        return text.unicodeScalars.map { $0.isControl ? $0.escaped(asASCII: true) : String($0) }.joined()
    }

    /// The text, an address, without what may be secret in it: a user's name and password before a host, and a query.
    public var withoutSecrets: String {
        let start = firstRange(of: "://")?.upperBound ?? startIndex
        let end = self[start...].firstIndex { $0 == "/" || $0 == "?" } ?? endIndex
        let host = self[start..<end].lastIndex(of: "@").map { "…" + self[$0..<end] } ?? String(self[start..<end])
        let query = self[end...].firstIndex(of: "?")
        return self[..<start] + host + self[end..<(query ?? endIndex)] + (query == nil ? "" : "?…")
    }

    /// The JSON text with what changes the direction of writing escaped as JSON escapes it: the same document.
    public var escapingDirectionsInJSON: String {
        guard unicodeScalars.contains(where: \.changesDirection) else { return self }
        return unicodeScalars.map { scalar in
            guard scalar.changesDirection else { return String(scalar) }
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }

    /// The bytes of the name in base64, if the text that shows it does not have them as they are.
    public var base64HiddenBytes: String? {
        let shown = escapingControlCharacters
        return shown.utf8.elementsEqual(fileBytes) ? nil : base64OfFileBytes
    }
}

extension Unicode.Scalar {
    /// Whether it controls how text is shown rather than being shown itself.
    fileprivate var isControl: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: changesDirection
        }
    }

    /// Whether it changes the direction in which text is shown, so that one name looks like another. See Unicode Technical Report 36,
    /// "Bidirectional text spoofing", and Unicode Standard Annex 9, section 2. All of these have four hexadecimal digits.
    fileprivate var changesDirection: Bool {
        switch value {
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
