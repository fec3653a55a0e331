import Zarr

/// A row of an index: an array of `uint64` beside the coded audio that says where something is in it.
///
/// The type of a row is the one place that knows which column is which; readers and writers alike go through it.
protocol IndexRow: Sendable, Equatable {
    /// Numbers in a row.
    static var columnCount: Int { get }

    /// The row that is stored as `numbers`, of which there are exactly `columnCount`.
    init(numbers: ArraySlice<UInt64>)

    /// The numbers that the row is stored as, `columnCount` of them.
    var numbers: [UInt64] { get }
}

extension ArrayWriter {
    /// Appends `rows` to an index.
    func append<Row: IndexRow>(rows: [Row]) throws(ZarrError) {
        var numbers: [UInt64] = []
        numbers.reserveCapacity(rows.count * Row.columnCount)
        for row in rows { numbers += row.numbers }
        try append(numbers)
    }
}

extension ArrayPlan {
    /// How an index of such rows is divided and compressed; see `index(columns:chunkByteCount:)`.
    static func index<Row: IndexRow>(
        of type: Row.Type, chunkByteCount: Int = 4_000
    ) throws(ZarrError) -> ArrayPlan {
        try index(columns: Row.columnCount, chunkByteCount: chunkByteCount)
    }
}
