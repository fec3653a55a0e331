import Support

/// A histogram of durations, whose bounds are a factor of two or two and a half apart. It is added to from any thread.
struct LatencyHistogram: ~Copyable, Sendable {
    /// What has been counted so far.
    struct Snapshot: Sendable {
        /// For each bound in seconds, in order, how many durations were at most that long.
        let buckets: [(bound: Double, count: UInt64)]
        /// How many durations there were, including those above the last bound.
        let count: UInt64
        /// The sum of all durations, in seconds.
        let sum: Double
    }

    /// The bounds, in microseconds.
    private static let bounds: [UInt64] = [
        50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
        5_000_000, 10_000_000,
    ]

    /// One for each bound, and one for durations above the last.
    private let counters = InlineArray<18, Counter> { _ in Counter() }
    private let nanoseconds = Counter()

    /// A histogram of no durations.
    init() {}

    /// Counts `duration`.
    func add(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let taken =
            UInt64(clamping: seconds).multiplied(by: 1_000_000_000)?
            .adding(UInt64(clamping: attoseconds / 1_000_000_000)) ?? .max
        nanoseconds.add(taken)
        counters[Self.bounds.firstIndex { taken <= $0 * 1_000 } ?? Self.bounds.count].add()
    }

    /// What was counted by now.
    var snapshot: Snapshot {
        var count: UInt64 = 0
        let buckets = Self.bounds.indices.map { index in
            count += counters[index].value
            return (bound: Double(Self.bounds[index]) / 1e6, count: count)
        }
        return Snapshot(
            buckets: buckets, count: count + counters[Self.bounds.count].value, sum: Double(nanoseconds.value) / 1e9)
    }
}
