import Support

/// Reads the rows of a titled table, in their order.
struct TitledRowReader {
    let columns: TitledColumns
    let isSequence: Bool
    /// Samples a second of the sound that was searched, which may be slower than the recording's; nil if the table does not say.
    private var sampleRate: Int64?
    private var time = TableTime()
    private var views = SelectionViews()

    init(columns: TitledColumns, isSequence: Bool) {
        self.columns = columns
        self.isSequence = isSequence
    }

    /// Finds out at which rate durations count samples: what most of `records` agree on. Numbers of samples may have wrapped.
    mutating func findSampleRate(in records: some Sequence<DelimitedText.Record>) {
        guard columns.duration?.unit == .samples, columns.clock != nil else { return }
        var votes: [Int64: Int] = [:]
        for record in records {
            guard let sample = Double(record.field(columns.startSample)),
                let seconds = Double(record.field(columns.startSeconds).replacing(",", with: ".")),
                let rate = Int64(exactly: (sample / seconds).rounded()), rate > 0
            else { continue }
            votes[rate, default: 0] += 1
        }
        sampleRate = votes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }

    /// What `record` says; nil if it is another view of a selection before it.
    mutating func annotation(_ record: DelimitedText.Record) throws(CommandError) -> Annotation? {
        let field = record.field
        let file = columns.files.lazy.map { $0.map(field) }.first { !($0.last ?? "").isEmpty } ?? []
        let source = SourceReference(file.filter { !$0.isEmpty }.joined(separator: "/"))
        let place = try place(record)
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
        _ record: DelimitedText.Record
    ) throws(CommandError) -> (place: Annotation.Place, fileStart: SamplePosition?) {
        if let clock = columns.clock { return (try place(record, clock: clock), nil) }
        let offset = try position(record, columns.offset)
        guard let listed = try position(record, columns.start) ?? offset else {
            throw Self.invalid(record, "it has no start")
        }
        let end: SamplePosition?
        if let listedEnd = try position(record, columns.end) {
            end = listedEnd
        } else if let duration = try position(record, columns.duration) {
            end = listed.adding(duration)
        } else {
            end = listed
        }
        let start = offset ?? listed
        guard let end, let moved = end.moved(from: listed, to: start) ?? (offset == nil ? end : nil) else {
            throw Self.invalid(record, "its times do not fit each other")
        }
        let fileStart =
            isSequence && columns.start != nil && offset != nil ? listed.moved(from: start, to: .start) : nil
        return (.inFile(start, moved), fileStart)
    }

    /// Where the part is if the column `clock` has the point in time at which it begins.
    private mutating func place(
        _ record: DelimitedText.Record, clock: Int
    ) throws(CommandError) -> Annotation.Place {
        guard let start = timestamp(record.field(clock), milliseconds: record.field(columns.milliseconds)) else {
            throw Self.invalid(record, "'\(record.field(clock))' is no date and time")
        }
        let clockEnd = record.field(columns.clockEnd)
        guard clockEnd.isEmpty else {
            guard let span = timestamp(clockEnd, milliseconds: "").flatMap(start.nanoseconds), span >= 0 else {
                throw Self.invalid(record, "'\(clockEnd)' is no date and time after its start")
            }
            return .atTime(start, nanoseconds: span)
        }
        guard let duration = columns.duration else { return .atTime(start, nanoseconds: 0) }
        let text = record.field(duration.column)
        let length: SamplePosition?
        if duration.unit == .samples {
            guard let sampleRate else {
                throw Self.invalid(
                    record,
                    "its duration counts samples, and no row has startSample and startSeconds, which say at which rate")
            }
            length = Int64(text).flatMap { SamplePosition(sample: $0, rate: sampleRate) }
        } else {
            length = try position(record, duration)
        }
        guard let nanoseconds = length?.nanoseconds, nanoseconds >= 0 else {
            throw Self.invalid(record, "'\(text)' is no duration")
        }
        return .atTime(start, nanoseconds: nanoseconds)
    }

    /// The time that `record` has in `column`; nil if the table has no such column.
    private mutating func position(
        _ record: DelimitedText.Record, _ column: TitledColumns.TimeField?
    ) throws(CommandError) -> SamplePosition? {
        guard let column else { return nil }
        return try time.position(record.field(column.column), column.unit, line: record.line)
    }

    private static func invalid(_ record: DelimitedText.Record, _ what: String) -> CommandError {
        CommandError("line \(record.line) of the table: \(what)")
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

extension DelimitedText.Record {
    /// The field in `column`; empty if there is none.
    func field(_ column: Int?) -> String {
        guard let column, fields.indices.contains(column) else { return "" }
        return fields[column]
    }
}
