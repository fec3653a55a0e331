/// A table with a line of titles, in which every row is an annotation. Titles are compared by their letters and digits alone, without
/// regard to case.
struct TitledTable: AnnotationFormat {
    /// A column of times or durations.
    struct TimeColumn: Sendable, ExpressibleByStringLiteral {
        let title: String
        let unit: TableTime.Unit

        init(_ title: String, _ unit: TableTime.Unit) {
            self.title = title
            self.unit = unit
        }

        init(stringLiteral title: String) {
            self.init(title, .seconds)
        }
    }

    let program: String
    /// Titles without which a table is none of the program's.
    var marks: [String] = []
    /// Where a part begins. Here and below, the first column that the table has is read.
    var start: [TimeColumn] = []
    var end: [TimeColumn] = []
    /// How long it is, in tables without an end.
    var duration: [TimeColumn] = []
    /// Where in its file it begins; `start` and `end` then count from the first of several files.
    var offset: [TimeColumn] = []
    /// The point in time at which it begins, in UTC, and the one at which it ends.
    var clock: [String] = []
    var clockEnd: [String] = []
    /// The columns of the file's path, outermost folder first; of several choices, the first that is not blank. By default all that
    /// any program has, lest a table be taken as one about a single file.
    var files: [[String]] = [
        "begin path", "begin file", "file", "audio_file", "filepath", "file path", "path", "filename", "file name",
        "sound.files", "recording",
    ].map { [$0] }
    /// Whether the program shows several files as one, so that a part may run from one into the next.
    var isSequence = false
    /// Whether a row without an end is a point.
    var hasPoints = false

    func annotations(in text: AnnotationText) throws(CommandError) -> [Annotation]? {
        guard let first = try text.rows().records.first, let columns = TitledColumns(first.fields, self) else {
            return nil
        }
        let records = try text.rows().records.dropFirst()
        var reader = TitledRowReader(columns: columns, isSequence: isSequence)
        reader.findSampleRate(in: records)
        var annotations: [Annotation] = []
        for record in records {
            if let annotation = try reader.annotation(record) { annotations.append(annotation) }
        }
        return annotations
    }
}
