import WaveFile

/// What a recording's `meta_data_structure` says about its source file: one YAML text with the output of ffprobe and
/// mutagen.
///
/// Only plain `key: value` lines are read; all other YAML is ignored.
struct SourceMetadata {
    private let yaml: String

    init(yaml: String) {
        self.yaml = yaml
    }

    /// Seconds of the source, from the first `duration:` of the text (its first stream's, else its container's).
    var duration: Double? {
        pairs.lazy.compactMap { key, value -> Double? in
            guard key.elementsEqual("duration".utf8),
                let seconds = Double(value.filter { $0 != " " && $0 != "'" && $0 != "\"" }), seconds.isFinite,
                seconds > 0
            else { return nil }
            return seconds
        }.first
    }

    /// The tags of the source: the texts below each `tags:`, those of the stream before those of the file.
    var tags: [MetadataField] {
        var tags: [MetadataField] = []
        /// The column of the `tags:` that the lines are below.
        var column: Int?
        var name: Substring?
        var value = ""
        func finish() {
            if let name { tags.append(MetadataField(name: Self.scalar(name[...]), value: Self.scalar(value[...]))) }
            name = nil
        }
        for line in yaml.split(whereSeparator: \.isNewline) {
            let text = line.drop { $0 == " " }
            let indent = line.utf8.count - text.utf8.count
            if let outer = column, indent <= outer {
                finish()
                column = nil
            }
            guard let outer = column else {
                if text == "tags:" { column = indent }
                continue
            }
            // What is indented further continues the value of the line before: YAML 1.2, section 6.5.
            if name != nil, indent > outer + 2 {
                value += " " + text
            } else if let colon = text.firstRange(of: ": ") {
                finish()
                name = text[..<colon.lowerBound]
                value = String(text[colon.upperBound...])
            } else {
                finish()
            }
        }
        finish()
        return tags
    }

    /// The text of a scalar on one line, quoted or not.
    private static func scalar(_ text: Substring) -> String {
        if text.count >= 2, text.first == "'", text.last == "'" {
            return String(text.dropFirst().dropLast()).replacing("''", with: "'")
        }
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return String(text) }
        var result = String.UnicodeScalarView()
        var rest = text.dropFirst().dropLast().unicodeScalars
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let escape = rest.popFirst() else {
                result.append(scalar)
                continue
            }
            switch escape {
            case "n": result.append("\n")
            case "r": result.append("\r")
            case "t": result.append("\t")
            case "x", "u", "U":
                let digits = rest.prefix(escape == "x" ? 2 : escape == "u" ? 4 : 8)
                rest = rest.dropFirst(digits.count)
                if let code = UInt32(String(digits), radix: 16).flatMap({ Unicode.Scalar($0) }) { result.append(code) }
            default: result.append(escape)
            }
        }
        return String(result)
    }

    /// Bytes are compared, not characters, which would take much longer: this is done for every recording that is
    /// found.
    private var pairs: some Sequence<(key: Substring.UTF8View, value: Substring)> {
        yaml.utf8.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.lazy.compactMap { line in
            let line = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            return (key: line[..<colon], value: Substring(line[line.index(after: colon)...]))
        }
    }
}
