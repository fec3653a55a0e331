import Support

/// Something that a volume shows beside the groups and recordings of the store, if the user wants it: most often a directory in
/// its root.
struct View: Sendable {
    /// What the user calls it.
    let name: String
    /// Whether it is shown unless the user says otherwise.
    let isUsual: Bool
    /// The directory that it adds to the root; nil if it adds none.
    let directory: ViewDirectory?

    /// All views that the user can choose, in the order in which they are named. To add one, add its line.
    static let all = [
        View(
            name: "by-date", isUsual: false,
            directory: ViewDirectory({ _ in "by-date" }) { DateDirectory(of: $0, name: $1, options: $2) }),
        coded,
        View(
            name: "x10", isUsual: false,
            directory: ViewDirectory({ "x\($0.expansion)" }) {
                ExpandedDirectory(of: $0.root, view: $1, expansion: $2.expansion)
            }),
        View(
            name: "parts", isUsual: false,
            directory: ViewDirectory({ _ in "parts" }) {
                PartsDirectory(of: $0.root, view: $1, byteCount: $2.partByteCount)
            }),
        spectrograms, clips, checksums,
    ]

    /// The coded streams of the recordings.
    static let coded = View(
        name: "coded", isUsual: false,
        directory: ViewDirectory({ _ in "coded" }) { withChecksums(CodedDirectory(of: $0.root, view: $1), $2) })

    /// Pictures of the recordings.
    static let spectrograms = View(
        name: "spectrograms", isUsual: false,
        directory: ViewDirectory({ _ in "spectrograms" }) { tree, name, _ in
            SpectrogramDirectory(of: tree.root, view: name)
        })

    /// Files that are ranges of recordings, opened by name. They are in directories that are there already.
    static let clips = View(name: "clips", isUsual: true, directory: nil)

    /// The checksums of the files that are source files, in the directories that have them.
    static let checksums = View(name: "sums", isUsual: true, directory: nil)

    /// `directory`, with its checksums if they are to be shown.
    static func withChecksums(_ directory: any ChecksumSource, _ options: VolumeOptions) -> any Directory {
        options.views.contains(checksums) ? ChecksummedDirectory(directory) : directory
    }

    /// The reports.
    private static let reports = ViewDirectory({ _ in ReportDirectory.name }) { tree, _, options in
        ReportDirectory(about: tree, options: options)
    }

    /// The names in the root that are those of views. A group or recording of such a name gets another one.
    static func directoryNames(_ options: VolumeOptions) -> [String] { shown(options).map { $0.name(options) } }

    /// The directories in the root that show `tree` in another way.
    static func directories(of tree: PlainTree, _ options: VolumeOptions) -> [RootDirectory.ShownView] {
        shown(options).map { view in
            let name = view.name(options)
            return (name, view.make(tree, name, options))
        }
    }

    /// The directory of this view, if it is shown, and its name.
    func directory(of tree: PlainTree, _ options: VolumeOptions) -> RootDirectory.ShownView? {
        guard options.views.contains(self), let directory else { return nil }
        let name = directory.name(options)
        return (name, directory.make(tree, name, options))
    }

    private static func shown(_ options: VolumeOptions) -> [ViewDirectory] {
        (options.hasReports ? [reports] : [])
            + all.filter { options.views.contains($0) }.compactMap(\.directory)
    }
}

/// The directory of a view.
struct ViewDirectory: Sendable {
    /// Its name in the root, as UTF-8.
    let name: @Sendable (VolumeOptions) -> String
    /// Makes the directory of that `name`, which shows `tree`. This is called for every mount, and must not list anything.
    let make: @Sendable (_ tree: PlainTree, _ name: String, _ options: VolumeOptions) -> any Directory

    init(
        _ name: @escaping @Sendable (VolumeOptions) -> String,
        make: @escaping @Sendable (_ tree: PlainTree, _ name: String, _ options: VolumeOptions) -> any Directory
    ) {
        self.name = name
        self.make = make
    }
}
