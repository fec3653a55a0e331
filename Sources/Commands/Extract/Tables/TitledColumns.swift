/// The columns of a table, by its first line.
struct TitledColumns {
    typealias TimeField = (column: Int, unit: TableTime.Unit)

    let titles: [String]
    let start: TimeField?
    let end: TimeField?
    let duration: TimeField?
    let offset: TimeField?
    let clock: Int?
    /// The thousandths of a second of `clock`.
    let milliseconds: Int?
    let files: [[Int]]
    let endFile: Int?
    /// The number of the selection, and its view: Raven writes a row for each view of a selection.
    let selection: Int?
    let view: Int?
    /// A column for each kind of sound, with its score: what opensoundscape's classifiers write.
    let scores: [Int]

    /// Nil if the titles are not those of `table`.
    init?(_ titles: [String], _ table: TitledTable) {
        let lower = titles.map { $0.lowercased() }
        func column(_ title: String) -> Int? { lower.firstIndex(of: title) }
        func time(_ columns: [TitledTable.TimeColumn]) -> TimeField? {
            for candidate in columns {
                if let column = column(candidate.title) { return (column, candidate.unit) }
            }
            return nil
        }
        self.titles = titles
        (start, end, duration) = (time(table.start), time(table.end), time(table.duration))
        offset = time(table.offset)
        clock = table.clock.lazy.compactMap(column).first
        milliseconds = column("utcmilliseconds")
        files = table.files.map { $0.compactMap(column) }
        endFile = column("end path") ?? column("end file")
        (selection, view) = (column("selection"), column("view"))
        let isPrediction = lower.prefix(3) == ["file", "start_time", "end_time"]
        scores = isPrediction ? Array(titles.indices.dropFirst(3)) : []
        let hasStart = start != nil || clock != nil || offset != nil && duration != nil
        let hasEnd = end != nil || duration != nil || table.hasPoints
        guard hasStart, hasEnd, table.marks.allSatisfy({ column($0) != nil }) else { return nil }
    }
}
