/// The fields of a `guan` chunk. See the GUANO specification, version 1.0, "Format".
struct GuanoChunk {
    /// The fields in the order of the chunk, without that of the version.
    let fields: [MetadataField]

    /// The field that each chunk begins with.
    private static let version = MetadataField(name: "GUANO|Version", value: "1.0")
    /// The only field whose values have line breaks, written `\n`.
    private static let noteName = "Note"

    /// A chunk of these fields.
    init(_ fields: [MetadataField]) {
        self.fields = fields
    }

    /// Reads lines of `Key: value`, each split at its first colon.
    init(parsing contents: [UInt8]) {
        fields = WaveMetadata.text(contents[...]).split(whereSeparator: \.isNewline).compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let name = line[..<colon].trimmed
            return name.isEmpty ? nil : MetadataField(name: name, value: line[line.index(after: colon)...].trimmed)
        }
    }

    /// The chunk, with `spaceCount` spaces at its end, and one more if the number of its bytes would be odd.
    func bytes(padding spaceCount: Int) -> [UInt8] {
        var contents: [UInt8] = []
        for field in [Self.version] + fields {
            contents += field.name.utf8
            contents += ": ".utf8
            contents += field.value.utf8
            contents.append(UInt8(ascii: "\n"))
        }
        contents += repeatElement(UInt8(ascii: " "), count: max(spaceCount, 0))
        if contents.count % 2 == 1 { contents.append(UInt8(ascii: " ")) }
        var bytes: [UInt8] = []
        bytes.appendChunk("guan", contents)
        return bytes
    }

    /// The text of a note that has this value.
    static func unescapingLineBreaks(in value: String) -> String {
        var text = ""
        var rest = value[...]
        while let backslash = rest.range(of: "\\n") {
            text += rest[..<backslash.lowerBound] + "\n"
            rest = rest[backslash.upperBound...]
        }
        return text + rest
    }

    /// The field with this name and this value as a chunk can have it; nil if it cannot, or if either is empty. A name has no colon. Line
    /// breaks of a note are escaped; all other control characters become spaces.
    static func field(_ name: String, _ value: String) -> MetadataField? {
        let name = name.onOneLine
        let lines = value[...].trimmed
        let value = name == noteName ? lines.escapingLineBreaks.onOneLine : lines.onOneLine
        guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: ":")), !value.isEmpty else { return nil }
        return MetadataField(name: name, value: value)
    }
}

extension String {
    /// The text with a space in the place of each control character, and none at its ends.
    fileprivate var onOneLine: String {
        guard !utf8.allSatisfy({ (0x20..<0x7F).contains($0) }), unicodeScalars.contains(where: \.isLineControl) else {
            return self[...].trimmed
        }
        var line = String.UnicodeScalarView()
        for scalar in unicodeScalars { line.append(scalar.isLineControl ? " " : scalar) }
        return String(line)[...].trimmed
    }

    /// The text with `\n` in the place of each line break.
    fileprivate var escapingLineBreaks: String {
        split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: "\\n")
    }
}

extension Unicode.Scalar {
    /// Whether it controls how text is laid out: a reader might begin a new line at it.
    fileprivate var isLineControl: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
