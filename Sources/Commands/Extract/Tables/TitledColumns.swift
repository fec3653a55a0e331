/// The columns of a table, by its first line.
struct TitledColumns {
    typealias TimeField = (column: Int, unit: TableTime.Unit)

    let titles: [String]
    let start: TimeField?
    let end: TimeField?
    let duration: TimeField?
    let offset: TimeField?
    let clock: Int?
    let clockEnd: Int?
    /// The thousandths of a second of `clock`.
    let milliseconds: Int?
    /// The sample at which it begins, and the seconds: both say at which rate durations count samples.
    let startSample: Int?
    let startSeconds: Int?
    let files: [[Int]]
    let endFile: Int?
    /// The number of the selection, and its view: Raven writes a row for each view of a selection.
    let selection: Int?
    let view: Int?
    /// A column for each kind of sound, with its score: what opensoundscape's classifiers write.
    let scores: [Int]

    /// Nil if the titles are not those of `table`.
    init?(_ titles: [String], _ table: TitledTable) {
        let keys = titles.map(\.columnKey)
        func column(_ title: String) -> Int? { keys.firstIndex(of: title.columnKey) }
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
        clockEnd = table.clockEnd.lazy.compactMap(column).first
        milliseconds = column("utcmilliseconds")
        (startSample, startSeconds) = (column("startsample"), column("startseconds"))
        files = table.files.map { $0.compactMap(column) }
        endFile = column("end path") ?? column("end file")
        (selection, view) = (column("selection"), column("view"))
        // The number of the row, which pandas writes.
        let first = ["", "unnamed_0"].contains(keys.first) ? 1 : 0
        let isPrediction = keys.dropFirst(first).prefix(3) == ["file", "start_time", "end_time"]
        scores = isPrediction ? Array(titles.indices.dropFirst(first + 3)) : []
        let hasStart = start != nil || clock != nil || offset != nil && duration != nil
        let hasEnd = end != nil || duration != nil || table.hasPoints
        guard hasStart, hasEnd, table.marks.allSatisfy({ column($0) != nil }) else { return nil }
    }
}

extension String {
    /// The title of a column without what programs change in it: `Begin Time (s)` is `begin_time_s`, and so is `Begin.Time..s.`, which R
    /// makes of it.
    var columnKey: String { lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "_") }
}
