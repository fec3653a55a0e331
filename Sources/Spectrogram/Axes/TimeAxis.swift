import Support

/// The axis of times, from left to right: by the recording's own clock if its start is known, and from its start if not.
struct TimeAxis: Equatable {
    let ticks: [Tick]
    /// What is written below the labels at the left: the date, or what they count.
    let caption: String

    /// Pixels between two labels, at least.
    private static let gap = 16
    /// Pixels of a date, and of the space around it.
    private static let dateWidth = BitmapFont.width * 16

    /// An axis of `width` pixels for `samples` at `rate` hertz of a recording that begins at `start`.
    init(width: Int, samples: Range<Int64>, rate: UInt32, start: Timestamp?) {
        let perSecond = Double(rate)
        let (whole, rest) = samples.lowerBound.quotientAndRemainder(dividingBy: Int64(max(rate, 1)))
        let span = (Double(samples.upperBound) - Double(samples.lowerBound)) / perSecond
        let fraction = Double(rest) / perSecond
        if let start, let clock = Clock(start, after: whole, fraction: fraction, span: span) {
            ticks = Self.ticks(width: width, from: clock.offset, span: span) { clock.label($0, $1) }
            // The date at the left, unless that of a midnight is there, or all labels are dates.
            let hasDate =
                ticks.contains { $0.place < Self.dateWidth && !$0.note.isEmpty }
                || ticks.contains { !$0.label.contains(":") }
            caption = hasDate ? "" : clock.firstDate
            return
        }
        let first = Double(whole) + fraction
        let inSeconds = first + span < 60
        ticks = Self.ticks(width: width, from: first, span: span) { Self.elapsed($0, $1, inSeconds: inSeconds) }
        caption = inSeconds ? "seconds from the start" : "time from the start"
    }

    /// The marks of the shortest step whose labels have room, from `first` on for `span` seconds.
    private static func ticks(
        width: Int, from first: Double, span: Double, label: (TimeStep, Int64) -> Tick?
    ) -> [Tick] {
        guard span > 0, first >= 0 else { return [] }
        for step in TimeStep.all where Double(width) * step.seconds / span > Double(BitmapFont.width) {
            guard let from = Int64(exactly: (first / step.seconds).rounded(.up)) else { continue }
            var ticks: [Tick] = []
            var number = from
            while case let seconds = Double(number) * step.seconds - first, seconds <= span {
                guard let tick = label(step, number) else { break }
                let place = Int((seconds / span * Double(width)).rounded())
                ticks.append(Tick(place: min(max(place, 0), width), label: tick.label, note: tick.note))
                number += 1
            }
            let widest = ticks.map { BitmapFont.width(of: $0.label) }.max() ?? 0
            guard Double(width) * step.seconds / span >= Double(widest + gap) else { continue }
            return ticks
        }
        return []
    }

    private static func elapsed(_ step: TimeStep, _ number: Int64, inSeconds: Bool) -> Tick? {
        guard let time = step.time(number) else { return nil }
        if inSeconds { return Tick(place: 0, label: "\(time.seconds)\(time.decimals)") }
        let hours = time.seconds / 3600
        let rest = "\((time.seconds % 60).padded(to: 2))\(time.decimals)"
        let minutes = time.seconds / 60 % 60
        return Tick(place: 0, label: hours > 0 ? "\(hours):\(minutes.padded(to: 2)):\(rest)" : "\(minutes):\(rest)")
    }
}
