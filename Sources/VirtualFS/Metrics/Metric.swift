import Support

/// One thing that a mount counts or measures, in the terms of Prometheus: what it is called, what it says, and its values now.
///
/// The one list of them, `Volume.metrics`, becomes all texts there are.
struct Metric {
    /// What the values are.
    enum Values {
        /// Numbers that only grow.
        case counter([Sample])
        /// Numbers that come and go.
        case gauge([Sample])
        /// How long something took.
        case histogram(LatencyHistogram.Snapshot)
        /// Facts in words, as labels.
        case info([(label: String, value: String)])
    }

    /// A value, and what tells it from the others of its metric.
    struct Sample {
        var label: (name: String, value: String)?
        let value: Double
    }

    /// What every name begins with where others' metrics are beside ours.
    static let namespace = "zarrwlr_"

    /// Its name, without the namespace.
    let name: String
    /// What it says, in a sentence without a full stop.
    let help: String
    let values: Values

    init(_ name: String, _ help: String, _ values: Values) {
        self.name = name
        self.help = help
        self.values = values
    }
}

extension Metric.Values {
    /// A single number that only grows.
    static func counter(_ value: UInt64) -> Metric.Values { .counter([Metric.Sample(value: Double(value))]) }

    /// A number that only grows for each of `members`, called by their `label`.
    static func counter<Member>(
        _ members: some Sequence<Member>, label: String, name: (Member) -> String = { "\($0)" },
        value: (Member) -> UInt64
    ) -> Metric.Values {
        .counter(members.map { Metric.Sample(label: (label, name($0)), value: Double(value($0))) })
    }

    /// A single number that comes and goes.
    static func gauge(_ value: Double) -> Metric.Values { .gauge([Metric.Sample(value: value)]) }
}
