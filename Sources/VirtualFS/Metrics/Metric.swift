import Support

/// Something that a mount counts or measures, in the terms of Prometheus: its name, its meaning, and its present
/// values.
///
/// `Volume.metrics` lists all metrics; both texts are made of it.
struct Metric {
    /// The values, by their kind.
    enum Values {
        /// Numbers that only grow.
        case counter([Sample])
        /// Numbers that grow and shrink.
        case gauge([Sample])
        /// Durations.
        case histogram(LatencyHistogram.Snapshot)
        /// Facts in words, as labels.
        case info([(label: String, value: String)])
    }

    /// A value, and the label that distinguishes it from the others of its metric.
    struct Sample {
        var label: (name: String, value: String)?
        let value: Double

        fileprivate var widest: Sample { Sample(label: label, value: Values.widestNumber) }
    }

    /// The prefix of all names where they stand beside those of other programs.
    static let namespace = "zarrwlr_"

    /// Its name, without the namespace.
    let name: String
    /// Its meaning, in a sentence without a full stop.
    let help: String
    let values: Values

    init(_ name: String, _ help: String, _ values: Values) {
        self.name = name
        self.help = help
        self.values = values
    }
}

extension Metric {
    /// This metric with the numbers whose texts are the longest, whatever they are now.
    var widest: Metric { Metric(name, help, values.widest) }
}

extension Metric.Values {
    /// No text of a number of this type is longer: 17 digits, a sign, a point and an exponent.
    fileprivate static let widestNumber = -Double.leastNormalMagnitude

    fileprivate var widest: Metric.Values {
        switch self {
        case .counter(let samples): .counter(samples.map(\.widest))
        case .gauge(let samples): .gauge(samples.map(\.widest))
        case .histogram(let snapshot):
            .histogram(
                LatencyHistogram.Snapshot(
                    buckets: snapshot.buckets.map { ($0.bound, .max) }, count: .max, sum: Self.widestNumber))
        case .info: self
        }
    }

    /// A single number that only grows.
    static func counter(_ value: UInt64) -> Metric.Values { .counter([Metric.Sample(value: Double(value))]) }

    /// For each of `members`, a number that only grows, under the member's name as the value of `label`.
    static func counter<Member>(
        _ members: some Sequence<Member>, label: String, name: (Member) -> String = { "\($0)" },
        value: (Member) -> UInt64
    ) -> Metric.Values {
        .counter(members.map { Metric.Sample(label: (label, name($0)), value: Double(value($0))) })
    }

    /// A single number that grows and shrinks.
    static func gauge(_ value: Double) -> Metric.Values { .gauge([Metric.Sample(value: value)]) }
}
