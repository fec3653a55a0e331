import Support

/// ELAN's export as tab-delimited text or CSV, with a line of titles.
struct ELANTable: AnnotationFormat {
    let program = "ELAN's"

    func annotations(in text: AnnotationText) throws(CommandError) -> [Annotation]? {
        guard let annotations = try TitledTable.elan.annotations(in: text) else { return nil }
        return try ELANFileNames(text.rows().comments).named(annotations)
    }
}

extension TitledTable {
    fileprivate static let elan = TitledTable(
        program: "ELAN's",
        start: [
            TimeColumn("begin time - msec", .milliseconds), "begin time - ss.msec", "begin time - hh:mm:ss.ms",
        ],
        end: [TimeColumn("end time - msec", .milliseconds), "end time - ss.msec", "end time - hh:mm:ss.ms"],
        duration: [TimeColumn("duration - msec", .milliseconds), "duration - ss.msec", "duration - hh:mm:ss.ms"])
}

/// ELAN's export without titles: the tier, the participant, the begin, end and duration of an annotation in one or more notations
/// each, and its text. The user may leave out all but the times.
struct ELANWithoutTitles: AnnotationFormat {
    let program = "ELAN's"

    func annotations(in text: AnnotationText) throws(CommandError) -> [Annotation]? {
        let records = try text.rows().records
        guard let columns = Columns(records.first?.fields ?? []) else { return nil }
        var annotations: [Annotation] = []
        for record in records {
            guard let annotation = columns.annotation(record) else { return nil }
            annotations.append(annotation)
        }
        return try ELANFileNames(text.rows().comments).named(annotations)
    }

    /// The columns of the times.
    private struct Columns {
        private let begin: Int
        private let end: Int
        private let duration: Int
        private let text: Int
        private let unit: TableTime.Unit

        /// The columns of the rows of which `fields` is the first; nil if they could be those of another program.
        init?(_ fields: [String]) {
            guard let start = fields.firstIndex(where: { TableTime.position($0) != nil }) else { return nil }
            let times = fields[start...].prefix { TableTime.position($0) != nil }
            let notations = times.count / 3
            guard notations > 0, let first = times.first else { return nil }
            begin = start
            (end, duration, text) = (start + notations, start + 2 * notations, start + times.count)
            // Seconds have a point, also 2.0. The notations are in the order of hours, seconds and milliseconds.
            unit = first.allSatisfy(\.isNumber) ? .milliseconds : .seconds
            // Without a tier, a number could be anything.
            guard first.contains(":") || start > 0 && (notations == 1 || unit == .seconds) else { return nil }
        }

        /// Nil if the duration is not the end less the begin: only that shows that they are these.
        func annotation(_ record: DelimitedText.Record) -> Annotation? {
            func time(_ column: Int) -> SamplePosition? { TableTime.position(record.field(column), unit) }
            guard let start = time(begin), let stop = time(end), let length = time(duration),
                let begin = start.nanoseconds,
                let span = stop.nanoseconds?.subtracting(begin), span == length.nanoseconds
            else { return nil }
            return Annotation(
                line: record.line, place: .inFile(start, stop),
                fields: [
                    ("tier", self.begin > 0 ? record.field(0) : ""),
                    ("annotation", record.fields.dropFirst(text).last ?? ""),
                ])
        }
    }
}

/// The files that ELAN's exports name in comments: of rows of several transcriptions, that of each (`"#a.eaf"`), and the sounds of
/// one (`"#file:///a.wav -- offset: 0"`).
private struct ELANFileNames {
    private var sources: [(line: Int, source: SourceReference, isSound: Bool)] = []

    /// Throws if it is not certain where times count from.
    init(_ comments: [DelimitedText.Record]) throws(CommandError) {
        for comment in comments {
            let parts = comment.field(0).dropFirst().split(separator: " -- offset: ", maxSplits: 1)
            if let offset = parts.dropFirst().first, Int(offset) != 0 {
                throw CommandError(
                    "line \(comment.line) of the table: the sound has an offset of \(offset) ms in ELAN, and the table does not say "
                        + "whether its times count from the sound's start: remove the line if they do")
            }
            guard let path = parts.first, let source = SourceReference(String(path)) else { continue }
            sources.append((comment.line, source, source.name.lowercased().hasSuffix(".wav")))
        }
    }

    /// `annotations` with the files that the comments before them name.
    func named(_ annotations: [Annotation]) -> [Annotation] {
        annotations.map { annotation in
            guard annotation.source == nil else { return annotation }
            var annotation = annotation
            annotation.source = source(at: annotation.line)
            return annotation
        }
    }

    /// The file that the last comments before `line` name: of several, a WAV file.
    private func source(at line: Int) -> SourceReference? {
        guard let last = sources.last(where: { $0.line < line }) else { return nil }
        var block = [last]
        for candidate in sources.reversed().drop(while: { $0.line >= last.line }) {
            guard let first = block.last, candidate.line == first.line - 1 else { break }
            block.append(candidate)
        }
        return (block.first(where: \.isSound) ?? block.last)?.source
    }
}
