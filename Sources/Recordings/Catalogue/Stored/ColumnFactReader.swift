import Support
import Zarr

/// Reads a row of a catalogue from its columns.
struct ColumnFactReader: FactReader {
    private static let readers = RecordingColumn.all.compactMap(\.storage?.readColumns)
    /// Names that a path has at most.
    private static let depthLimit = 64

    private let columns: ReadColumns
    private let places = ColumnLayout.current.places
    private let row: Int
    /// The number of the next part of the row.
    private var next = 0

    /// A reader of `row`, which is one of `columns`.
    private init(_ columns: ReadColumns, row: Int) {
        self.columns = columns
        self.row = row
    }

    /// The row with the number `row`, which is one of `columns`; nil if no version writes such a row.
    static func row(_ row: Int, of columns: ReadColumns) -> StoredRow? {
        var reader = ColumnFactReader(columns, row: row)
        guard let path = reader.text(), let kind = reader.signed(), isPath(path),
            var facts = RecordingFacts.unread(path: path)
        else { return nil }
        func readFacts() -> Bool { readers.allSatisfy { $0(&facts, &reader) } }
        switch kind {
        // The root is listed by nobody.
        case 0: return readFacts() && !path.isEmpty ? StoredRow(path: path, content: .recording(facts)) : nil
        case 1:
            let time = readFacts() && facts.modified != Timestamp(seconds: 0) ? facts.modified : nil
            return StoredRow(path: path, content: .group(modified: time))
        case 2: return StoredRow(path: path, content: .unread)
        case 3: return StoredRow(path: path, content: .gone)
        default: return nil
        }
    }

    /// Whether `path` is that of a node that a mount may list.
    private static func isPath(_ path: String) -> Bool {
        guard !path.isEmpty else { return true }
        let names = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return names.count <= depthLimit && names.first?.elementsEqual(NodeName.catalogue.utf8) == false
            && names.allSatisfy { name in
                !name.isEmpty && !name.contains(0) && !name.allSatisfy { $0 == UInt8(ascii: ".") }
                    && !name.starts(with: "__".utf8)
            }
    }

    // MARK: - Parts of a row

    mutating func flag() -> Bool? { signed().map { $0 != 0 } }
    mutating func unsigned() -> UInt64? { signed().map { UInt64(bitPattern: $0) } }

    mutating func signed() -> Int64? {
        guard case .integer(let column) = takePlace() else { return nil }
        return columns.integer(column, row: row)
    }

    mutating func real() -> Double? {
        guard case .real(let column) = takePlace() else { return nil }
        return columns.real(column, row: row)
    }

    mutating func text() -> String? {
        guard case .text(let column, let ends) = takePlace() else { return nil }
        return columns.text(column, ends: ends, row: row)
    }

    mutating func isPresent(partCount: Int) -> Bool {
        if flag() ?? false { return true }
        next += partCount
        return false
    }

    private mutating func takePlace() -> ColumnLayout.Place? {
        guard next < places.count else { return nil }
        defer { next += 1 }
        return places[next]
    }
}
