import Support

/// `.zarrwlr/metrics`: the metrics in the text format of Prometheus, version 0.0.4.
enum PrometheusText: LiveText {
    /// A comment, which programs that read the format pass over.
    static let padding = LiveTextPadding(
        before: "# The rest of this line keeps the size of the file the same.", after: "\n")

    /// The text of `metrics`, in their order.
    static func text(of metrics: [Metric]) -> String {
        var text = ""
        for metric in metrics {
            let name = Metric.namespace + metric.name
            text += "# HELP \(name) \(escaped(metric.help, quotes: false))\n# TYPE \(name) \(type(of: metric.values))\n"
            for line in lines(of: metric.values) { text += "\(name)\(line)\n" }
        }
        return text
    }

    private static func type(of values: Metric.Values) -> String {
        switch values {
        case .counter: "counter"
        case .gauge, .info: "gauge"
        case .histogram: "histogram"
        }
    }

    /// What follows the name in each line.
    private static func lines(of values: Metric.Values) -> [String] {
        switch values {
        case .counter(let samples), .gauge(let samples):
            return samples.map { sample in
                "\(labels(sample.label.map { [$0] } ?? [])) \(number(sample.value))"
            }
        case .info(let facts):
            return ["\(labels(facts.map { ($0.label, $0.value) })) 1"]
        case .histogram(let snapshot):
            return snapshot.buckets.map { "_bucket\(labels([("le", number($0.bound))])) \($0.count)" } + [
                "_bucket\(labels([("le", "+Inf")])) \(snapshot.count)", "_sum \(number(snapshot.sum))",
                "_count \(snapshot.count)",
            ]
        }
    }

    private static func labels(_ labels: [(name: String, value: String)]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{\(labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ","))}"
    }

    /// Whole numbers without a fraction.
    private static func number(_ value: Double) -> String {
        Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        // Not by characters: a carriage return and a line feed are one character.
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
                    switch scalar {
                    case "\\": ["\\", "\\"]
                    case "\"" where quotes: ["\\", "\""]
                    case "\n": ["\\", "n"]
                    default: [scalar]
                    }
                }))
    }
}
