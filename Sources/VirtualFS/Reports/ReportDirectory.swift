import Support

/// `.zarrwlr`: the reports of a volume about itself.
final class ReportDirectory: Directory {
    static let name = ".zarrwlr"

    let modified: Timestamp
    let caching = NodeCaching.lasting
    let extendedAttributes: [(name: String, value: String)] = []
    private let files: [any File]

    /// The names of the reports, in order.
    static let fileNames = ["index.html", "metrics", "problems.txt", "recordings.csv", "status.json"]

    /// The reports about `tree`.
    init(about tree: PlainTree, options: VolumeOptions) {
        modified = options.modified
        let modified = options.modified
        files = [
            StoredReport(about: tree, options: options, make: { IndexPage.text(of: $0, options) }),
            LiveReport(PrometheusText.self, modified: modified),
            StoredReport(about: tree, options: options, make: ProblemsText.text),
            StoredReport(about: tree, options: options, make: RecordingsTable.text),
            LiveReport(StatusDocument.self, modified: modified),
        ]
    }

    var count: Int { files.count }

    func name(at place: Int) -> [UInt8] { Array(Self.fileNames[place].utf8) }

    func identity(at place: Int) -> NodeIdentity { .builtIn(path: "\(Self.name)/\(Self.fileNames[place])") }

    func child(at place: Int) -> Child { .file(files[place]) }
}
