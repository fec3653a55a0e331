import FoundationEssentials
import Support

/// `.zarrwlr/status.json`: the metrics as one JSON object with a member for each: a number, an object of numbers by
/// label, an object of facts, or a histogram.
struct StatusDocument: Encodable, LiveText {
    /// JSON may end with white space.
    static let padding = LiveTextPadding(before: "", after: "\n")

    private let metrics: [Metric]

    /// The text of `metrics`.
    static func text(of metrics: [Metric]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        // It contains only strings and finite numbers, all of which can be encoded.
        let bytes = (try? encoder.encode(StatusDocument(metrics: metrics))) ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }

    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Key.self)
        for metric in metrics {
            let key = Key(metric.name)
            switch metric.values {
            case .counter(let samples), .gauge(let samples):
                if let sample = samples.first, sample.label == nil {
                    try members.encode(sample.value, forKey: key)
                } else {
                    var values = members.nestedContainer(keyedBy: Key.self, forKey: key)
                    for sample in samples { try values.encode(sample.value, forKey: Key(sample.label?.value ?? "")) }
                }
            case .info(let facts):
                var values = members.nestedContainer(keyedBy: Key.self, forKey: key)
                for (label, value) in facts { try values.encode(value, forKey: Key(label)) }
            case .histogram(let snapshot):
                try members.encode(Histogram(snapshot), forKey: key)
            }
        }
    }

    private struct Histogram: Encodable {
        struct Bucket: Encodable {
            let le: Double
            let count: UInt64
        }

        let count: UInt64
        let sum: Double
        let buckets: [Bucket]

        init(_ snapshot: LatencyHistogram.Snapshot) {
            count = snapshot.count
            sum = snapshot.sum
            buckets = snapshot.buckets.map { Bucket(le: $0.bound, count: $0.count) }
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }

        init?(stringValue: String) { self.init(stringValue) }

        init?(intValue: Int) { nil }
    }
}
