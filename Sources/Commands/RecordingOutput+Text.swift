import Recordings
import Support

/// The text of a recording for people.
extension RecordingOutput.Column {
    /// The cell of `row` in a table.
    func cell(of row: RecordingRow) -> String {
        switch column.value(row) {
        case .count(let count) where column.unit == "bytes": ByteCountText.short(count)
        case .ratio(let whole, let part): ByteCountText.ratio(whole, to: part)
        case .duration(let samples, let rate): SampleDuration(samples: samples, rate: rate).clock
        case let value?: Self.text(of: value)
        case nil: Self.unknown
        }
    }

    /// The alignment of the cells: numbers to the right.
    var alignment: TextTable.Alignment {
        switch column.kind {
        case .count, .real, .duration, .ratio: .right
        case .text, .path, .time, .flag, nil: .left
        }
    }

    /// The column's line in a text about `row` alone; nil if it is left out.
    func line(of row: RecordingRow) -> String? {
        switch column.value(row) {
        case .ratio(let whole, let part): "\(whole) bytes, ratio \(ByteCountText.ratio(whole, to: part))"
        case .duration(let samples, let rate):
            "\(SampleDuration(samples: samples, rate: rate).clock), \(samples) samples"
        case .flag(let isWhole): isWhole ? "byte for byte: its header is stored" : "samples only"
        case let value?: Self.text(of: value) + (column.unit.map { " \($0)" } ?? "")
        case nil: isAlwaysShown ? Self.unknown : nil
        }
    }

    private static let unknown = "-"

    private static func text(of value: RecordingValue) -> String {
        if case .path("") = value { return "/" }
        return value.text
    }
}
