import Support
import Zarr

/// A `flac_index` or `aac_index` as the store has it: rows of `[byte_offset, frame_size, sample_pos]`.
///
/// Nothing in it is believed: who reads a row checks it against the stream.
struct StoredFrameIndex: Sendable {
    /// One row, as stored.
    struct Row: Equatable {
        let offset: UInt64
        let byteCount: UInt64
        let firstSample: UInt64

        /// The frame's bytes, where they lie within a stream of `streamByteCount`.
        func bytes(within streamByteCount: UInt64) -> Range<UInt64>? {
            guard byteCount > 0, let end = offset.adding(byteCount), end <= streamByteCount else { return nil }
            return offset..<end
        }
    }

    private let array: ZarrArray
    /// How many rows there are.
    let count: UInt64

    /// Nil where the array has another form.
    init?(_ array: ZarrArray) {
        guard array.dataType == .uint64, array.shape.count == 2, array.shape[1] == 3, array.shape[0] > 0 else {
            return nil
        }
        self.array = array
        count = array.shape[0]
    }

    /// The rows of `range`, which must lie within `0..<count`.
    func rows(_ range: Range<UInt64>) throws(ZarrError) -> [Row] {
        let numbers = try array.numbers(ofRows: range)
        return stride(from: 0, to: numbers.count, by: 3).map { start in
            Row(offset: numbers[start], byteCount: numbers[start + 1], firstSample: numbers[start + 2])
        }
    }

    /// The row at `number`, or nil past the last.
    func row(_ number: UInt64) throws(ZarrError) -> Row? {
        guard number < count else { return nil }
        return try rows(number..<number + 1).first
    }

    /// The number of the last row that begins at or before `sample`, by bisection; nil where none does.
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

    /// Rows to try a whole index by: both ends and some between, few whatever its length.
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
