/// An exported label track of Audacity: two times and a label, tab-separated, without titles. BirdNET adds its confidence.
struct AudacityLabels: AnnotationFormat {
    let program = "Audacity's"

    func annotations(in text: AnnotationText) throws(CommandError) -> [Annotation]? {
        let rows = try text.rows()
        let records = rows.records
        guard let first = records.first, TableTime.position(first.fields[0]) != nil else { return nil }
        guard rows.separator == UInt8(ascii: "\t"), !records.allSatisfy(Self.mayBeValue) else {
            throw CommandError(
                "the table has no titles: its columns could be a start and an end, or a time, a value and a duration; "
                    + "put a first line over them, such as 'Start (s),End (s),Label' or 'TIME,VALUE,DURATION,LABEL'")
        }
        var time = TableTime()
        var annotations: [Annotation] = []
        // A backslash begins the frequencies of the label before.
        for record in records where record.fields[0] != "\\" {
            let label = record.fields.count > 2 ? record.fields[2] : ""
            let end = record.fields.count > 1 ? record.fields[1] : ""
            annotations.append(
                Annotation(
                    line: record.line,
                    place: .inFile(
                        try time.position(record.fields[0], .seconds, line: record.line),
                        try time.position(end, .seconds, line: record.line)),
                    fields: [("label", label), ("confidence", record.fields.count > 3 ? record.fields[3] : "")]))
        }
        return annotations
    }

    /// Whether a row could have a time and a value, and perhaps a duration: an untitled export of Sonic Visualiser. A label track has a
    /// third column, blank or not, and labels are seldom numbers with decimals.
    private static func mayBeValue(_ record: DelimitedText.Record) -> Bool {
        guard record.fields.count > 2 else { return true }
        let third = record.field(2)
        return TableTime.position(third) != nil && !third.contains(":")
            && (record.fields.count > 3 || !third.allSatisfy(\.isNumber))
    }
}
