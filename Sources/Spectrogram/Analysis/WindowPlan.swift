/// Where the windows lie that each column of a spectrogram is made of.
///
/// There are at most a few of them in a column, so that a day costs what some minutes do. If a column is short, its windows cover it;
/// if not, they are in groups of samples that follow each other, evenly spread, since each place costs a decoder far more than the
/// windows beside it.
struct WindowPlan: Sendable {
    /// Samples of a window, a power of two.
    let windowLength: Int
    /// The samples that the columns show, in equal parts.
    let samples: Range<Int64>
    let columnCount: Int
    /// How many groups of windows a long column has.
    let groupCount: Int

    /// Windows of a group in a long column, each half a window behind the one before.
    private static let groupWindowCount = 4
    /// Columns of at most so many windows' length are covered.
    private static let coveredWindowCount: Int64 = 8

    /// The first samples of windows that are read together, in order; some may lie outside the recording.
    struct Group: Equatable {
        let starts: [Int64]
    }

    /// The groups of windows in `column`.
    func groups(of column: Int) -> [Group] {
        let length = samples.upperBound - samples.lowerBound
        let first = samples.lowerBound + Self.part(column, of: columnCount, in: length)
        let count = samples.lowerBound + Self.part(column + 1, of: columnCount, in: length) - first
        let window = Int64(windowLength)
        guard count > Self.coveredWindowCount * window else {
            let windowCount = max(Int((2 * count + window - 1) / window), 1)
            return [
                Group(
                    starts: (0..<windowCount).map { number in
                        first + Self.part(2 * number + 1, of: 2 * windowCount, in: count) - window / 2
                    })
            ]
        }
        return (0..<groupCount).map { number in
            let middle = first + Self.part(2 * number + 1, of: 2 * groupCount, in: count)
            let start = middle - window * Int64(Self.groupWindowCount + 1) / 4
            return Group(starts: (0..<Self.groupWindowCount).map { start + Int64($0) * window / 2 })
        }
    }

    /// `number` of `count` equal parts of `length`, rounded down.
    private static func part(_ number: Int, of count: Int, in length: Int64) -> Int64 {
        let (whole, rest) = length.quotientAndRemainder(dividingBy: Int64(count))
        return whole * Int64(number) + rest * Int64(number) / Int64(count)
    }
}
