import Support

/// Where recordings are shown. Each output has some of the columns, under names of its own if need be.
public enum RecordingOutput: Sendable, CaseIterable {
    /// `.zarrwlr/recordings.csv` in a mount.
    case recordingsCSV
    /// `.zarrwlr/index.html` in a mount, beside the path of the WAV file.
    case indexPage
    /// `zarrwlr list`.
    case listTable
    /// `zarrwlr list --csv`.
    case listCSV
    /// `zarrwlr list --json`, and the member `recording` of `zarrwlr info --json`.
    case listJSON
    /// `zarrwlr info`.
    case infoText
    /// `zarrwlr info --json`, beside the member `recording`.
    case infoJSON
    /// The extended attributes of a WAV file, after `user.zarrwlr.`.
    case extendedAttributes

    /// A column as an output shows it.
    public struct Column: Sendable {
        /// Its name in the output.
        public let name: String
        /// The column.
        public let column: RecordingColumn
        /// Whether an output that leaves out unknown values shows it even if its value is unknown.
        public let isAlwaysShown: Bool
    }

    /// Its columns, in its order.
    public var columns: [Column] { Self.columns[self] ?? [] }

    private static let columns = Dictionary(
        uniqueKeysWithValues: allCases.map { output in (output, ordered(RecordingColumn.all, of: output)) })

    /// The columns of `output`, in the order of the table except for those that follow a certain other one there.
    private static func ordered(_ all: [RecordingColumn], of output: RecordingOutput) -> [Column] {
        var ordered: [Column] = []
        var late: [(column: Column, predecessor: String)] = []
        for column in all {
            guard let place = column.places.first(where: { $0.output == output }) else { continue }
            let shown = Column(
                name: place.name ?? column.name, column: column, isAlwaysShown: place.isAlwaysShown)
            if let predecessor = place.predecessor { late.append((shown, predecessor)) } else { ordered.append(shown) }
        }
        for (column, predecessor) in late {
            let index = ordered.firstIndex { $0.column.name == predecessor }
            ordered.insert(column, at: index.map { $0 + 1 } ?? ordered.count)
        }
        return ordered
    }

    // MARK: - Forms

    /// The first line of a CSV: the names.
    public var csvHeader: String { CSV.line(columns.map(\.name)) }

    /// The line of `row` in a CSV; unknown values are empty. Control characters are escaped: people look at tables in terminals.
    public func csvLine(of row: RecordingRow) -> String {
        CSV.line(columns.map { $0.column.value(row)?.text.escapingControlCharacters ?? "" })
    }

    /// The known values of `row`, column by column, each with its name.
    public func values(of row: RecordingRow) -> [(name: String, value: RecordingValue)] {
        columns.compactMap { shown in shown.column.value(row).map { (name: shown.name, value: $0) } }
    }
}
