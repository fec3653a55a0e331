/// Columns of text, each as wide as its widest cell.
struct TextTable {
    /// The alignment of a column's cells.
    enum Alignment {
        case left, right
    }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    init(_ columns: [(title: String, alignment: Alignment)]) {
        self.columns = columns
    }

    /// Adds a row with one cell per column.
    mutating func append(_ cells: [String]) {
        rows.append(cells)
    }

    /// The titles and the rows, one per line.
    var text: String {
        let lines = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in lines.reduce(0) { max($0, $1[column].count) } }
        return lines.map { cells in
            var line = ""
            for (column, cell) in cells.enumerated() {
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                line += columns[column].alignment == .left ? cell + gap : gap + cell
                line += "  "
            }
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }
}
