/// A text of the metrics.
protocol LiveText: SendableMetatype {
    /// What fills the text up to its size.
    static var padding: LiveTextPadding { get }
    /// The text of `metrics`, without what fills it up. It is no longer than that of `metrics.map(\.widest)`.
    static func text(of metrics: [Metric]) -> String
}

/// Spaces that programs which read a text pass over, and what stands around them.
struct LiveTextPadding {
    let before: String
    let after: String
}

extension LiveText {
    /// Bytes of the text of `metrics`, whatever their numbers are.
    static func byteCount(of metrics: [Metric]) -> Int {
        text(of: metrics.map(\.widest)).utf8.count + padding.before.utf8.count + padding.after.utf8.count
    }

    /// The text of `metrics`, filled up to `byteCount`, or as it is if it is longer.
    static func text(of metrics: [Metric], byteCount: Int) -> String {
        let text = text(of: metrics) + padding.before
        let rest = byteCount - text.utf8.count - padding.after.utf8.count
        return text + String(repeating: " ", count: max(0, rest)) + padding.after
    }
}
