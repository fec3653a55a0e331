/// The axis beside the bar of colours, from the bottom up.
struct LevelAxis: Equatable {
    let ticks: [Tick]

    /// Pixels between two marks, at least.
    private static let distance = 20

    /// An axis of `height` pixels for `scale`.
    init(height: Int, scale: LevelScale) {
        let span = scale.loudest - scale.quietest
        let step = [10, 20, 50].first { height * $0 / span >= Self.distance } ?? span
        ticks = stride(from: scale.loudest, through: scale.quietest, by: -step).map { level in
            Tick(place: height * (level - scale.quietest) / span, label: "\(level)")
        }
    }
}
