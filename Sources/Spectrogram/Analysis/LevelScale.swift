/// The levels from the first colour to the last, in decibels.
///
/// It begins near the quietest twentieth of what is shown, and ends at the loudest.
struct LevelScale: Equatable {
    let quietest: Int, loudest: Int

    /// The number of decibels that both ends are multiples of.
    private static let step = 10
    private static let spans = 40...100

    /// The scale of `levels`, those below `firstRow` left out.
    init(of levels: Levels, from firstRow: Int) {
        var counts = [Int](repeating: 0, count: Self.bins.count)
        var total = 0
        for column in 0..<levels.columnCount {
            for channel in 0..<levels.channelCount {
                for row in firstRow..<levels.rowCount {
                    let level = levels.level(channel: channel, column: column, row: row)
                    guard level > Levels.silence else { continue }
                    let bin = min(max(Int(level.rounded(.down)), Self.bins.lowerBound), Self.bins.upperBound)
                    counts[bin - Self.bins.lowerBound] += 1
                    total += 1
                }
            }
        }
        let loudest = (counts.lastIndex { $0 > 0 }.map { $0 + Self.bins.lowerBound + 1 } ?? 0)
        var passed = 0
        let quietest = counts.firstIndex { count in
            passed += count
            return count > 0 && passed * 20 >= total
        }
        let top = Self.rounded(loudest, up: true)
        let bottom = Self.rounded(quietest.map { $0 + Self.bins.lowerBound } ?? top - Self.spans.upperBound, up: false)
        self.loudest = top
        self.quietest = top - min(max(top - bottom, Self.spans.lowerBound), Self.spans.upperBound)
    }

    /// The levels that are told apart: whole decibels.
    private static let bins = Int(Levels.silence)...200

    private static func rounded(_ level: Int, up: Bool) -> Int {
        let down = level - ((level % step) + step) % step
        return up && down != level ? down + step : down
    }

    /// How far `level` is from the quietest to the loudest.
    func share(_ level: Float) -> Float { (level - Float(quietest)) / Float(loudest - quietest) }
}
