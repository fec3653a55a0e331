/// A directory in the root of a volume besides the groups and recordings of the store: a view of the recordings, or the
/// reports.
struct View: Sendable {
    /// Its name in the root, as UTF-8. A group or recording of that name gets another one.
    let name: String
    /// Makes its directory, which shows `tree`. This is called for every mount, and must not list anything.
    let make: @Sendable (_ tree: PlainTree, _ options: VolumeOptions) -> any Directory

    /// All views. To add one, add its line.
    static let all = [View(name: ReportDirectory.name) { ReportDirectory(about: $0, options: $1) }]

    /// Those that a volume with `options` shows.
    static func shown(_ options: VolumeOptions) -> [View] {
        all.filter { options.hasReports || $0.name != ReportDirectory.name }
    }
}
