import SQLite

/// A recording's facts, but for its path, as columns of a catalogue.
extension RecordingFacts {
    private static let stored = RecordingColumn.all.compactMap { column in
        column.storage.map { (name: column.name, storage: $0) }
    }

    /// The columns' names, in order.
    static let columns = stored.flatMap { name, storage in storage.parts.map { $0.column(of: name) } }

    private static let writers = stored.map(\.storage.writeRow)
    private static let readers = stored.map(\.storage.readRow)

    /// The columns' values, in order.
    var row: [DatabaseValue] {
        var writer = FactRowWriter()
        for write in Self.writers { write(self, &writer) }
        return writer.values
    }

    /// The facts that a row has of the recording at `path`; nil if it is not valid, since a file may contain anything.
    init?(_ row: ArraySlice<DatabaseValue>, path: String) {
        guard row.count == Self.columns.count, var facts = Self.unread(path: path) else { return nil }
        var reader = FactRowReader(row)
        for read in Self.readers {
            guard read(&facts, &reader) else { return nil }
        }
        self = facts
    }
}

/// Writes facts as columns, one for each part.
struct FactRowWriter: FactWriter {
    private(set) var values: [DatabaseValue] = []

    init() {
        values.reserveCapacity(RecordingFacts.columns.count)
    }

    mutating func add(_ flag: Bool) { values.append(.integer(flag ? 1 : 0)) }
    mutating func add(_ number: UInt64) { values.append(DatabaseValue(number)) }
    mutating func add(_ number: Int64) { values.append(.integer(number)) }
    mutating func add(_ number: Double) { values.append(.real(number)) }
    mutating func add(_ text: String) { values.append(.text(text)) }

    mutating func add(isPresent: Bool, partCount: Int) {
        if !isPresent { values += repeatElement(.null, count: partCount) }
    }
}

/// Reads facts from columns.
struct FactRowReader: FactReader {
    private var rest: ArraySlice<DatabaseValue>

    init(_ row: ArraySlice<DatabaseValue>) {
        rest = row
    }

    mutating func flag() -> Bool? { signed().map { $0 != 0 } }
    mutating func unsigned() -> UInt64? { signed().map { UInt64(bitPattern: $0) } }
    mutating func signed() -> Int64? { rest.popFirst()?.integer }
    mutating func real() -> Double? { rest.popFirst()?.real }
    mutating func text() -> String? { rest.popFirst()?.text }

    mutating func isPresent(partCount: Int) -> Bool {
        guard rest.prefix(partCount).allSatisfy({ $0 == .null }) else { return true }
        rest = rest.dropFirst(partCount)
        return false
    }
}
