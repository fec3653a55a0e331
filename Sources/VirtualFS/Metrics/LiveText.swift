/// A text in `.zarrwlr` that is made anew whenever somebody opens it.
///
/// Its size, as that of files in /proc, is 0 for those who ask before they read.
enum LiveText: CaseIterable {
    case metrics, status

    /// Its name in `.zarrwlr`.
    var fileName: String {
        switch self {
        case .metrics: "metrics"
        case .status: "status.json"
        }
    }

    /// What it says of `metrics`.
    func text(of metrics: [Metric]) -> String {
        switch self {
        case .metrics: PrometheusText.text(of: metrics)
        case .status: StatusDocument.text(of: metrics)
        }
    }
}
