/// A parsed text in Prometheus's format 0.0.4. Whatever breaks the rules of that format, or those of good names, is an error.
public struct PrometheusDocument {
    /// A metric: its name, its type, and its values.
    public struct Family {
        /// Its name.
        public let name: String
        /// `counter`, `gauge` or `histogram`.
        public let type: String
        /// Its lines, in order.
        public fileprivate(set) var samples: [Sample] = []
    }

    /// One line.
    public struct Sample {
        /// The name of the metric, with a suffix for a histogram.
        public let name: String
        /// The labels.
        public let labels: [String: String]
        /// The value.
        public let value: Double
    }

    /// An error in the text.
    public struct Fault: Error, CustomStringConvertible {
        /// The broken rule, and the line.
        public let description: String
    }

    /// The metrics, in order.
    public private(set) var families: [Family] = []

    /// Parses `text`.
    public init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Fault(description: "the last line has no end") }
        var help: Substring?
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            // Any other comment says nothing.
            if line.hasPrefix("# "), !line.hasPrefix("# HELP "), !line.hasPrefix("# TYPE ") { continue }
            if let match = line.wholeMatch(of: #/# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ([^\\]|\\\\|\\n)+/#) {
                guard help == nil else { throw Fault(description: "no type before: \(line)") }
                help = match.1
            } else if let match = line.wholeMatch(of: #/# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)/#) {
                guard help == match.1, !families.contains(where: { $0.name == match.1 }) else {
                    throw Fault(description: "without help, or a second time: \(line)")
                }
                families.append(Family(name: String(match.1), type: String(match.2)))
                help = nil
            } else {
                guard help == nil, !families.isEmpty else { throw Fault(description: "without a type: \(line)") }
                try families[families.count - 1].add(Self.sample(line))
            }
        }
        for family in families { try family.check() }
    }

    /// The value of the line `name` with `labels`.
    public subscript(name: String, labels: [String: String]) -> Double? {
        families.flatMap(\.samples).first { $0.name == name && $0.labels == labels }?.value
    }

    private static func sample(_ line: Substring) throws -> Sample {
        let form = #/([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?s:.*))\})? (\S+)/#
        guard let match = line.wholeMatch(of: form), let value = Double(match.3) else {
            throw Fault(description: "no sample: \(line)")
        }
        var labels: [String: String] = [:]
        var rest = match.2 ?? ""
        while !rest.isEmpty {
            guard let label = rest.prefixMatch(of: #/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^\\"\n]|\\\\|\\"|\\n)*)"(,|$)/#),
                label.3.isEmpty || label.0.count < rest.count
            else { throw Fault(description: "no labels: \(line)") }
            let unescaped = label.2.replacing("\\\\", with: "\u{0}").replacing("\\\"", with: "\"")
                .replacing("\\n", with: "\n").replacing("\u{0}", with: "\\")
            guard labels.updateValue(String(unescaped), forKey: String(label.1)) == nil else {
                throw Fault(description: "a label twice: \(line)")
            }
            rest = rest[label.0.endIndex...]
        }
        return Sample(name: String(match.1), labels: labels, value: value)
    }
}

extension PrometheusDocument.Family {
    fileprivate mutating func add(_ sample: PrometheusDocument.Sample) throws {
        let suffixes = type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        guard suffixes.contains(where: { sample.name == name + $0 }),
            !samples.contains(where: { $0.name == sample.name && $0.labels == sample.labels })
        else { throw PrometheusDocument.Fault(description: "among \(name), or twice: \(sample)") }
        samples.append(sample)
    }

    fileprivate func check() throws {
        let isCounter = type == "counter"
        guard !samples.isEmpty, isCounter == name.hasSuffix("_total"),
            samples.allSatisfy({ $0.value.isFinite && $0.value >= 0 })
        else { throw PrometheusDocument.Fault(description: "\(type) \(name): \(samples)") }
        guard type == "histogram" else { return }
        let buckets = samples.filter { $0.name.hasSuffix("_bucket") }
        let bounds = buckets.compactMap { $0.labels["le"].flatMap { Double($0) } }
        let isRising = { (numbers: [Double]) in zip(numbers, numbers.dropFirst()).allSatisfy { $0 <= $1 } }
        guard bounds.count == buckets.count, isRising(bounds), bounds.last == .infinity, isRising(buckets.map(\.value)),
            samples.contains(where: { $0.name.hasSuffix("_sum") }),
            samples.last(where: { $0.name.hasSuffix("_count") })?.value == buckets.last?.value
        else { throw PrometheusDocument.Fault(description: "\(type) \(name): \(samples)") }
    }
}
