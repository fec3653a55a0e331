import Zarr

/// The index of a stream of frames as the store has it.
typealias StoredFrameIndex = StoredIndex<FrameIndexRow>

extension StoredIndex<FrameIndexRow> {
    /// The number of the last row that begins at or before `sample`, by bisection; nil if none does.
    func lastRow(startingAtOrBefore sample: UInt64) throws(ZarrError) -> UInt64? {
        var low: UInt64 = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            guard let row = try row(middle) else { return nil }
            if row.firstSample <= sample { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }

    /// Rows to try a whole index by, each with the next one.
    var probedRows: [Range<UInt64>] { probes.map { $0..<min($0 + 2, count) } }

    /// Numbers of rows to try a whole index by: both ends and some between, few whatever its length.
    var probes: [UInt64] {
        let steps: UInt64 = 8
        let numbers = (0...steps).map { step in
            let (high, low) = (count - 1).multipliedFullWidth(by: step)
            return steps.dividingFullWidth((high, low)).quotient
        }
        return numbers.reduce(into: []) { probes, number in
            if probes.last != number { probes.append(number) }
        }
    }
}
