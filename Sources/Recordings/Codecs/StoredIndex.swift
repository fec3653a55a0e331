import Zarr

/// An index as the store has it.
///
/// Nothing in it is trusted: each row is checked against the stream before it is used.
struct StoredIndex<Row: IndexRow>: Sendable {
    /// Rows that a pass over all of them holds at once.
    private static var batchRowCount: UInt64 { 8192 }

    /// Rows that are read with those that are needed if that takes a round trip: some minutes of sound, in as many kilobytes as come with the
    /// first answer on most lines.
    private static var neighbourCount: UInt64 { 16_384 }

    private let array: ZarrArray
    /// How many rows there are; at least one.
    let count: UInt64

    /// Nil if the array has another form.
    init?(_ array: ZarrArray) {
        guard array.dataType == .uint64, array.shape.count == 2, array.shape[1] == UInt64(Row.columnCount),
            array.shape[0] > 0
        else { return nil }
        self.array = array
        count = array.shape[0]
    }

    /// A number that changes whenever the rows are written anew; nil if the store does not know that without reading them.
    var version: UInt64? { array.chunkVersion }

    /// The rows of `range`, read at once; it must lie within `0..<count`, and the caller has bounded its length.
    func rows(_ range: Range<UInt64>) throws(ZarrError) -> [Row] {
        let columnCount = Row.columnCount
        var numbers = [UInt64](repeating: 0, count: range.count * columnCount)
        var failure: ZarrError?
        numbers.withUnsafeMutableBytes { buffer in
            do throws(ZarrError) {
                try array.read(
                    start: [range.lowerBound, 0], count: [UInt64(range.count), UInt64(columnCount)], into: buffer)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        for index in numbers.indices { numbers[index] = UInt64(littleEndian: numbers[index]) }
        return (0..<range.count).map { Row(numbers: numbers[$0 * columnCount..<($0 + 1) * columnCount]) }
    }

    /// The same, for reads here and there. If that takes a round trip, rows around them come with it, and are kept: the next read is then
    /// likely to need none for its rows.
    func rowsAndNeighbours(_ range: Range<UInt64>) throws(ZarrError) -> [Row] {
        readNeighbours(of: range)
        return try rows(range)
    }

    private func readNeighbours(of range: Range<UInt64>) {
        guard let neighbours = array.neighbours(of: range, count: Self.neighbourCount) else { return }
        // Any failure is that of other rows, or shows when these are read.
        _ = try? rows(neighbours)
    }

    /// Has the store fetch the rows of `ranges` at once, if it has round trips to save.
    func fetch(_ ranges: [Range<UInt64>]) -> [FetchedParts] {
        ZarrArray.fetch(regions(ranges))
    }

    /// What is asked of the store to read the rows of `ranges`. What says where they are is read for it, unless that is known.
    func requests(for ranges: [Range<UInt64>]) -> [ValueRequest] {
        ZarrArray.requests(for: regions(ranges))
    }

    private func regions(_ ranges: [Range<UInt64>]) -> [ZarrArray.Region] {
        ranges.map { .init(array, start: [$0.lowerBound, 0], count: [UInt64($0.count), UInt64(Row.columnCount)]) }
    }

    /// The row at `number`, or nil past the last.
    func row(_ number: UInt64) throws(ZarrError) -> Row? {
        guard number < count else { return nil }
        return try rows(number..<number + 1).first
    }

    /// Hands all rows to `body`, in order, some thousands at a time.
    func forEachBatch(_ body: ([Row]) throws -> Void) throws {
        var position: UInt64 = 0
        while position < count {
            let range = position..<position + min(Self.batchRowCount, count - position)
            try body(try rows(range))
            position = range.upperBound
        }
    }
}
