/// Something that the root of a volume has beside the groups and recordings of the store: a view of the recordings, or what the
/// volume tells of itself.
struct View: Sendable {
    /// What it is called in the root; what the store calls so gets another name.
    let name: String
    /// Makes its directory, which shows `tree`.
    let make: @Sendable (_ tree: PlainTree, _ options: VolumeOptions) -> any Directory

    /// All of them: to add one, add its line.
    static let all = [View(name: ReportDirectory.name) { ReportDirectory(about: $0, options: $1) }]
}
