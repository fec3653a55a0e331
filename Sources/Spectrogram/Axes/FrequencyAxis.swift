/// The axis of frequencies, from the bottom up.
struct FrequencyAxis: Equatable {
    /// What the labels count.
    let unit: String
    let ticks: [Tick]

    /// Pixels between two marks, at least.
    private static let distance = 32.0

    /// An axis of `height` pixels from 0 to `maximum` hertz.
    init(height: Int, maximum: Double) {
        let inKilohertz = maximum >= 2000
        unit = inKilohertz ? "kHz" : "Hz"
        let end = inKilohertz ? maximum / 1000 : maximum
        let step = RoundStep(atLeast: end * min(Self.distance / Double(max(height, 1)), 1))
        let count = Int64((end / step.value * (1 + 1e-12)).rounded(.down))
        ticks = (0...max(count, 0)).map { number in
            let share = Double(number) * step.value / end
            return Tick(place: min(Int((share * Double(height)).rounded()), height), label: step.text(number))
        }
    }
}
