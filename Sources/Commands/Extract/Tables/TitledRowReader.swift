import Support

/// Reads the rows of a titled table, in their order.
struct TitledRowReader {
    let columns: TitledColumns
    let isSequence: Bool
    private var time = TableTime()
    private var views = SelectionViews()

    init(columns: TitledColumns, isSequence: Bool) {
        self.columns = columns
        self.isSequence = isSequence
    }

    /// What `record` says; nil if it is another view of a selection before it.
    mutating func annotation(_ record: DelimitedText.Record) throws(CommandError) -> Annotation? {
        func field(_ column: Int?) -> String {
            guard let column, record.fields.indices.contains(column) else { return "" }
            return record.fields[column]
        }
        let file = columns.files.lazy.map { $0.map(field) }.first { !($0.last ?? "").isEmpty } ?? []
        let source = SourceReference(file.filter { !$0.isEmpty }.joined(separator: "/"))
        let place = try place(record, field)
        if let view = columns.view, let selection = columns.selection, !field(selection).isEmpty {
            let bounds = [columns.start?.column, columns.end?.column, columns.duration?.column, columns.offset?.column]
            let key = [field(selection), file.joined(separator: "/")] + bounds.map(field)
            guard views.isNew(key, view: field(view)) else { return nil }
        }
        var annotation = Annotation(line: record.line, place: place.place, source: source)
        annotation.endSource = SourceReference(field(columns.endFile))
        annotation.fileStart = place.fileStart
        annotation.mayCountFromFirstFile = isSequence && columns.offset == nil && source != nil
        annotation.fields = zip(columns.titles, columns.titles.indices.map(field)).map { (title: $0, value: $1) }
        let scores = columns.scores.compactMap { column in Double(field(column)).map { (column: column, score: $0) } }
        if scores.count == columns.scores.count, let best = scores.max(by: { $0.score < $1.score }) {
            annotation.fields.append((title: "species", value: columns.titles[best.column]))
        }
        return annotation
    }

    /// Where the part is, and where its file begins in the program's sequence of files.
    private mutating func place(
        _ record: DelimitedText.Record, _ field: (Int?) -> String
    ) throws(CommandError) -> (place: Annotation.Place, fileStart: SamplePosition?) {
        func invalid(_ what: String) -> CommandError { CommandError("line \(record.line) of the table: \(what)") }
        func position(_ column: TitledColumns.TimeField) throws(CommandError) -> SamplePosition {
            try time.position(field(column.column), column.unit, line: record.line)
        }
        if let clock = columns.clock {
            guard let start = timestamp(field(clock), milliseconds: field(columns.milliseconds)) else {
                throw invalid("'\(field(clock))' is no date and time")
            }
            guard let duration = columns.duration else { return (.atTime(start, nanoseconds: 0), nil) }
            guard let nanoseconds = try position(duration).nanoseconds, nanoseconds >= 0 else {
                throw invalid("'\(field(duration.column))' is no duration")
            }
            return (.atTime(start, nanoseconds: nanoseconds), nil)
        }
        let offset: SamplePosition? = if let column = columns.offset { try position(column) } else { nil }
        let listed: SamplePosition? = if let column = columns.start { try position(column) } else { offset }
        guard let listed else { throw invalid("it has no start") }
        let end: SamplePosition?
        if let column = columns.end {
            end = try position(column)
        } else if let column = columns.duration {
            end = listed.adding(try position(column))
        } else {
            end = listed
        }
        let start = offset ?? listed
        guard let end, let moved = end.moved(from: listed, to: start) ?? (offset == nil ? end : nil) else {
            throw invalid("its times do not fit each other")
        }
        let fileStart =
            isSequence && columns.start != nil && offset != nil ? listed.moved(from: start, to: .start) : nil
        return (.inFile(start, moved), fileStart)
    }

    /// The point in time `text`, whose fraction of a second may be in a column of its own.
    private func timestamp(_ text: String, milliseconds: String) -> Timestamp? {
        guard let time = Timestamp(iso8601: text.replacing("/", with: "-")) else { return nil }
        guard time.nanoseconds == 0, let nanoseconds = Int64(milliseconds)?.multiplied(by: 1_000_000) else {
            return time
        }
        return Timestamp(seconds: time.seconds, nanoseconds: nanoseconds, offsetMinutes: time.offsetMinutes)
    }
}
