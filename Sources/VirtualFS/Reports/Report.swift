/// A text in `.zarrwlr` that tells of the volume.
enum Report: CaseIterable {
    /// What the mount is asked for and what that costs, for Prometheus.
    case metrics
    /// What looks like a recording and is not served.
    case problems
    /// Every recording that is served.
    case recordings
    /// The same as `metrics`, as JSON.
    case status

    /// Its name in `.zarrwlr`.
    var fileName: String {
        switch self {
        case .metrics: "metrics"
        case .problems: "problems.txt"
        case .recordings: "recordings.csv"
        case .status: "status.json"
        }
    }

    /// Whether it is made anew whenever somebody opens it. Its size, as that of files in /proc, is then 0 for those who ask before
    /// they read.
    var isLive: Bool {
        switch self {
        case .metrics, .status: true
        case .problems, .recordings: false
        }
    }
}
