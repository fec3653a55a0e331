/// An exported label track of Audacity: two times and a label, tab-separated, without titles. BirdNET adds its confidence.
struct AudacityLabels: AnnotationFormat {
    let program = "Audacity's"

    func annotations(in text: AnnotationText) throws(CommandError) -> [Annotation]? {
        let rows = try text.rows()
        let records = rows.records
        guard let first = records.first, TableTime.position(first.fields[0]) != nil else { return nil }
        let isTimeAndValue = records.allSatisfy { $0.fields.count > 3 && TableTime.position($0.fields[2]) != nil }
        guard rows.separator == UInt8(ascii: "\t"), !isTimeAndValue else {
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
}
