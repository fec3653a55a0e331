import Support

/// Parts of a recording as programs for annotation write them: Raven selection tables, Audacity label tracks, BirdNET
/// results as CSV.
struct SelectionTable: Sendable {
    /// One part.
    struct Row: Sendable {
        /// Its number in the table, from 1 on.
        let number: Int
        let start: SamplePosition
        let end: SamplePosition
    }

    /// The parts, in the table's order.
    private(set) var rows: [Row] = []
    /// Rows that are left out because they are about another recording.
    private(set) var otherRowCount = 0

    /// The columns of a table, by its first line.
    private struct Columns {
        let start: Int
        let end: Int
        /// The file that a row is about.
        var file: Int?
        /// Where in that file it starts; `start` and `end` then count from the first of several files.
        var offset: Int?
        /// The number of the selection: Raven writes a row for each view of it.
        var selection: Int?
    }

    /// Reads the rows of `text`; if the table says which file a row is about, only those about one of `names`.
    init(_ text: String, names: Set<String>) throws(CommandError) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard let first = lines.first(where: { !$0.isEmpty }) else { throw CommandError("the table is empty") }
        let separator: Character = first.contains("\t") ? "\t" : ","
        let titles = Self.fields(of: first, separator)
        let columns: Columns
        var isTitle = true
        if SamplePosition(titles[0]) != nil, titles.count > 1 {
            columns = Columns(start: 0, end: 1)
            isTitle = false
        } else {
            columns = try Self.columns(titles)
        }
        var selections: Set<String> = []
        for (index, line) in lines.enumerated() {
            // A backslash begins the frequencies that Audacity has for the label before.
            guard !line.isEmpty, !line.hasPrefix("\\") else { continue }
            if isTitle {
                isTitle = false
                continue
            }
            try append(Self.fields(of: line, separator), columns, line: index + 1, names, &selections)
        }
    }

    private mutating func append(
        _ fields: [String], _ columns: Columns, line: Int, _ names: Set<String>, _ selections: inout Set<String>
    ) throws(CommandError) {
        func field(_ column: Int?) -> String? {
            guard let column, fields.indices.contains(column) else { return nil }
            return fields[column]
        }
        if let file = field(columns.file), !file.isEmpty {
            let name = file.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? file
            guard names.contains(name) else {
                otherRowCount += 1
                return
            }
        }
        if let selection = field(columns.selection), !selections.insert(selection).inserted { return }
        func position(_ column: Int?) throws(CommandError) -> SamplePosition {
            guard let text = field(column), let position = SamplePosition(text) else {
                throw CommandError("line \(line) of the table: '\(field(column) ?? "")' is no time")
            }
            return position
        }
        var start = try position(columns.start)
        var end = try position(columns.end)
        if columns.offset != nil {
            let offset = try position(columns.offset)
            guard let moved = end.moved(from: start, to: offset) else {
                throw CommandError("line \(line) of the table: its times do not fit each other")
            }
            (start, end) = (offset, moved)
        }
        rows.append(Row(number: rows.count + 1, start: start, end: end))
    }

    private static func columns(_ titles: [String]) throws(CommandError) -> Columns {
        func column(_ names: String...) -> Int? { titles.firstIndex { names.contains($0.lowercased()) } }
        guard let start = column("begin time (s)", "start (s)"), let end = column("end time (s)", "end (s)") else {
            throw CommandError(
                "the table is none of Raven's (Begin Time (s), End Time (s)), BirdNET's (Start (s), End (s)) or Audacity's "
                    + "(two times, a label)")
        }
        return Columns(
            start: start, end: end, file: column("begin file", "file"), offset: column("file offset (s)"),
            selection: column("selection"))
    }

    /// The fields of a line: of comma-separated values as RFC 4180 quotes them.
    private static func fields(of line: Substring, _ separator: Character) -> [String] {
        var fields = [""]
        var isQuoted = false
        var wasQuote = false
        for character in line {
            if character == "\"", separator == "," {
                // Two quotes within quotes are one.
                if wasQuote { fields[fields.count - 1].append("\"") }
                wasQuote = isQuoted
                isQuoted.toggle()
                continue
            }
            wasQuote = false
            if character == separator, !isQuoted {
                fields.append("")
            } else {
                fields[fields.count - 1].append(character)
            }
        }
        return fields.map(trimmed)
    }

    private static func trimmed(_ field: String) -> String {
        let start = field.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
