import Support

/// A TextGrid of Praat as a text file, long or short.
///
/// In both, only numbers and quoted texts that stand free have a meaning; all else, as `intervals [1]:` and `xmin =`, is for the
/// eye. See the Praat manual, "TextGrid file formats".
struct TextGridFormat: AnnotationFormat {
    let program = "Praat's"

    func annotations(in text: AnnotationText) throws(CommandError) -> [Annotation]? {
        let start = text.text.prefix(200)
        guard start.contains("ooTextFile"), start.contains("TextGrid") else {
            guard start.contains("Praat chronological") else { return nil }
            throw CommandError("the table is a chronological TextGrid: save it as a text file in Praat")
        }
        var tokens = TokenReader(text.text)
        // The file type and the object class, the times of the whole, and how many tiers there are.
        _ = try (tokens.text(), tokens.text(), tokens.number(), tokens.number())
        var annotations: [Annotation] = []
        for _ in 0..<(try tokens.count()) { try append(tier: &tokens, to: &annotations) }
        return annotations
    }

    private func append(tier tokens: inout TokenReader, to annotations: inout [Annotation]) throws(CommandError) {
        let kind = try tokens.text()
        guard kind == "IntervalTier" || kind == "TextTier" else { throw tokens.invalid("'\(kind)' is no kind of tier") }
        let tier = try tokens.text()
        _ = try (tokens.number(), tokens.number())
        for _ in 0..<(try tokens.count()) {
            let start = try tokens.number()
            let end = kind == "IntervalTier" ? try tokens.number() : start
            let line = tokens.line
            let label = try tokens.text()
            // What lies between labelled intervals is an interval too.
            guard label.contains(where: { !$0.isWhitespace }) || kind == "TextTier" else { continue }
            annotations.append(
                Annotation(line: line, place: .inFile(start, end), fields: [("label", label), ("tier", tier)]))
        }
    }

    /// The free-standing numbers and texts of a file, in their order.
    private struct TokenReader {
        private var rest: Substring
        /// The line of the last token.
        private(set) var line = 1

        init(_ text: String) {
            rest = text[...]
        }

        func invalid(_ what: String) -> CommandError { CommandError("line \(line) of the table: \(what)") }

        mutating func count() throws(CommandError) -> Int {
            guard let word = word(isWanted: { Int($0) != nil }), let count = Int(word), count >= 0 else {
                throw invalid("a number is missing")
            }
            return count
        }

        mutating func number() throws(CommandError) -> SamplePosition {
            guard let word = word(isWanted: { TableTime.position($0) != nil }), let time = TableTime.position(word)
            else {
                throw invalid("a number is missing")
            }
            return time
        }

        /// The next word that `isWanted`; nil if a text or the end comes first.
        private mutating func word(isWanted: (String) -> Bool) -> String? {
            while true {
                skipSpace()
                guard let first = rest.first, first != "\"" else { return nil }
                let word = String(rest.prefix { !$0.isWhitespace })
                rest = rest.dropFirst(word.count)
                if isWanted(word) { return word }
            }
        }

        /// The next quoted text, in which two quotation marks are one.
        mutating func text() throws(CommandError) -> String {
            while let first = rest.first, first != "\"" {
                if first.isNewline { line += 1 }
                rest = rest.dropFirst()
            }
            rest = rest.dropFirst()
            var text = ""
            while let character = rest.popFirst() {
                if character.isNewline { line += 1 }
                guard character == "\"" else {
                    text.append(character)
                    continue
                }
                guard rest.first == "\"" else { return text }
                rest = rest.dropFirst()
                text.append(character)
            }
            throw invalid("a text is missing")
        }

        private mutating func skipSpace() {
            while let first = rest.first, first.isWhitespace {
                if first.isNewline { line += 1 }
                rest = rest.dropFirst()
            }
        }
    }
}
