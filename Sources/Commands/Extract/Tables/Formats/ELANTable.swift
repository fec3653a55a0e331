import Support

extension TitledTable {
    /// ELAN's export as tab-delimited text, with a line of titles.
    static let elan = TitledTable(
        program: "ELAN's",
        start: [
            TimeColumn("begin time - msec", .milliseconds), "begin time - ss.msec", "begin time - hh:mm:ss.ms",
        ],
        end: [TimeColumn("end time - msec", .milliseconds), "end time - ss.msec", "end time - hh:mm:ss.ms"],
        duration: [TimeColumn("duration - msec", .milliseconds), "duration - ss.msec", "duration - hh:mm:ss.ms"])
}

/// ELAN's export without titles: the tier, the participant, the begin, end and duration of an annotation in one or more notations
/// each, and its text.
struct ELANWithoutTitles: AnnotationFormat {
    let program = "ELAN's"

    func annotations(in text: AnnotationText) throws(CommandError) -> [Annotation]? {
        guard try text.rows().separator == UInt8(ascii: "\t"), let first = try text.rows().records.first,
            let start = first.fields.firstIndex(where: { TableTime.position($0) != nil }), start > 0
        else { return nil }
        let times = first.fields[start...].prefix { TableTime.position($0) != nil }
        let notations = times.count / 3
        guard notations > 0, times.first?.contains(":") == true || notations == 1 else { return nil }
        var annotations: [Annotation] = []
        for record in try text.rows().records {
            let fields = record.fields
            guard fields.count > start + 2 * notations, let begin = TableTime.position(fields[start]),
                let end = TableTime.position(fields[start + notations]),
                let duration = TableTime.position(fields[start + 2 * notations]), begin.adding(duration) == end
            else { return nil }
            annotations.append(
                Annotation(
                    line: record.line, place: .inFile(begin, end),
                    fields: [("tier", fields[0]), ("annotation", fields.dropFirst(start + times.count).last ?? "")]))
        }
        return annotations
    }
}
