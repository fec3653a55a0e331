import Support

/// An annotation layer of Sonic Visualiser as it saves it (`.svl`): XML, with a model that has the rate and a data set of points in
/// samples.
struct SonicVisualiserLayer: AnnotationFormat {
    let program = "Sonic Visualiser's"

    func annotations(in text: AnnotationText) throws(CommandError) -> [Annotation]? {
        guard text.text.prefix(1000).contains("<sv") else { return nil }
        var tags = TagReader(text.text)
        var rate: Int64?
        var annotations: [Annotation] = []
        while let tag = tags.next() {
            // The model of the points comes before them, and says what data set is its own.
            if tag.name == "model", tag.attributes["dataset"] != nil {
                rate = tag.attributes["sampleRate"].flatMap { Int64($0) }
            }
            guard tag.name == "point" else { continue }
            annotations.append(try annotation(tag, rate: rate))
        }
        return annotations
    }

    private func annotation(_ tag: Tag, rate: Int64?) throws(CommandError) -> Annotation {
        let duration = tag.attributes["duration"] ?? "0"
        guard let rate, let frame = tag.attributes["frame"].flatMap({ Int64($0) }), let length = Int64(duration),
            let last = frame.adding(length), let start = SamplePosition(sample: frame, rate: rate),
            let end = SamplePosition(sample: last, rate: rate)
        else {
            throw CommandError("line \(tag.line) of the layer: a point's frame or duration, or the rate, is no number")
        }
        return Annotation(
            line: tag.line, place: .inFile(start, end),
            fields: [("label", tag.attributes["label"] ?? ""), ("value", tag.attributes["value"] ?? "")])
    }

    private struct Tag {
        let line: Int
        let name: String
        var attributes: [String: String] = [:]
    }

    /// The tags of an XML document, without their nesting.
    private struct TagReader {
        private var rest: Substring
        private var line = 1

        init(_ text: String) {
            rest = text[...]
        }

        mutating func next() -> Tag? {
            skip { $0 != "<" }
            guard rest.popFirst() != nil else { return nil }
            var tag = Tag(line: line, name: word())
            while true {
                skip { !$0.isLetter && $0 != ">" && $0 != "<" }
                guard let first = rest.first, first.isLetter else { return tag }
                let attribute = word()
                skip { $0 != "\"" && $0 != "'" && $0 != ">" }
                guard let quote = rest.popFirst(), quote != ">" else { return tag }
                let value = rest.prefix { $0 != quote }
                skip { $0 != quote }
                rest = rest.dropFirst()
                tag.attributes[attribute] = Self.resolved(value)
            }
        }

        private mutating func word() -> String {
            let word = rest.prefix { $0.isLetter || $0.isNumber || "-_:.".contains($0) }
            rest = rest[word.endIndex...]
            return String(word)
        }

        private mutating func skip(while isSkipped: (Character) -> Bool) {
            while let first = rest.first, isSkipped(first) {
                if first.isNewline { line += 1 }
                rest = rest.dropFirst()
            }
        }

        private static func resolved(_ value: Substring) -> String {
            let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
            return entities.reduce(String(value)) { $0.replacing($1.0, with: $1.1) }
        }
    }
}
