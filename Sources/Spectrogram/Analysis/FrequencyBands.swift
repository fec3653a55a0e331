/// Which frequencies of a Fourier transform the rows of a spectrogram show, from the lowest row on.
struct FrequencyBands: Sendable {
    /// The numbers of the frequencies of each row: those in its band, or the nearest one if there are none.
    let rows: [ClosedRange<Int>]

    /// `rowCount` rows of equal height from 0 to `maximum` hertz, for windows of `windowLength` samples at `rate` hertz.
    init(rowCount: Int, maximum: Double, windowLength: Int, rate: UInt32) {
        let highest = windowLength / 2
        let perRow = maximum / Double(rowCount) * Double(windowLength) / Double(rate)
        rows = (0..<rowCount).map { row in
            let first = Int((Double(row) * perRow).rounded(.up))
            let top = Double(row + 1) * perRow
            let end = row == rowCount - 1 ? Int(top) + 1 : Int(top.rounded(.up))
            guard first < end, first <= highest else {
                let nearest = min(Int(((Double(row) + 0.5) * perRow).rounded()), highest)
                return nearest...nearest
            }
            return first...min(end - 1, highest)
        }
    }

    /// The lowest row in which a constant part of the samples, which is no sound, cannot be seen.
    var firstAudibleRow: Int { rows.firstIndex { $0.lowerBound >= 2 } ?? 0 }
}
