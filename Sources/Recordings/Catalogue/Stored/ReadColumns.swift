import Support

/// The columns of a part of a catalogue, read from a store. Nothing that they say is believed before it is looked at.
final class ReadColumns: Sendable {
    let rowCount: Int
    private let integers: Block
    private let reals: Block
    private let texts: Block
    /// For each column of the layout the number of the column that was read; nil for one of zeros that is not there.
    private let integerColumns: [Int?]
    private let realColumns: [Int]
    /// For each column of texts the column of integers in which the text before its first one ends; nil if there is none.
    private let precedingEnds: [Int?]

    /// Columns of `rowCount` rows, by the names that were read for each array, whose bytes are as many as follows from that. Nil if one of the
    /// layout's is not there.
    init?(
        rowCount: Int, integers: (names: [String], bytes: Block), reals: (names: [String], bytes: Block),
        texts: (names: [String], bytes: Block)
    ) {
        let layout = ColumnLayout.current
        func number(_ name: String, in names: [String]) -> Int? { names.firstIndex(of: name) }
        var integerColumns: [Int?] = [], realColumns: [Int] = [], precedingEnds: [Int?] = []
        for name in layout.integers {
            let column = number(name, in: integers.names)
            guard column != nil || ColumnLayout.optionalIntegers.contains(name) else { return nil }
            integerColumns.append(column)
        }
        for name in layout.reals {
            guard let column = number(name, in: reals.names) else { return nil }
            realColumns.append(column)
        }
        for name in layout.texts {
            guard let place = number(name, in: texts.names) else { return nil }
            guard place > 0 else {
                precedingEnds.append(nil)
                continue
            }
            guard let ends = number(ColumnLayout.ends(of: texts.names[place - 1]), in: integers.names) else {
                return nil
            }
            precedingEnds.append(ends)
        }
        let words = rowCount.multiplied(by: 8)
        guard rowCount > 0, words?.multiplied(by: integers.names.count) == integers.bytes.count,
            words?.multiplied(by: reals.names.count) == reals.bytes.count
        else { return nil }
        self.rowCount = rowCount
        self.integers = integers.bytes
        self.reals = reals.bytes
        self.texts = texts.bytes
        self.integerColumns = integerColumns
        self.realColumns = realColumns
        self.precedingEnds = precedingEnds
    }

    /// The integer of `row` in the layout's column `column`.
    func integer(_ column: Int, row: Int) -> Int64 { integerColumns[column].map { word($0, row) } ?? 0 }

    /// The real number of `row` in the layout's column `column`.
    func real(_ column: Int, row: Int) -> Double {
        let offset = (realColumns[column] * rowCount + row) * 8
        let bits = reals.bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return Double(bitPattern: UInt64(littleEndian: bits))
    }

    /// The text of `row` in the layout's column `column`, whose ends are in the layout's column `ends`; nil if these are wrong.
    func text(_ column: Int, ends: Int, row: Int) -> String? {
        let start =
            row > 0 ? integer(ends, row: row - 1) : precedingEnds[column].map { word($0, rowCount - 1) } ?? 0
        let end = integer(ends, row: row)
        guard start >= 0, end >= start, end <= Int64(texts.count) else { return nil }
        return String(decoding: texts.bytes[Int(start)..<Int(end)], as: UTF8.self)
    }

    private func word(_ column: Int, _ row: Int) -> Int64 {
        let offset = (column * rowCount + row) * 8
        return Int64(littleEndian: integers.bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
    }
}
