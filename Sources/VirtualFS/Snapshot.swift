import Recordings

/// What a volume shows at one moment. It never changes; a request takes one snapshot and stays with it to its end.
final class Snapshot: Sendable {
    /// The groups and recordings as the store arranges them.
    let plain: PlainTree
    /// All nodes, those of the views among them, by their inodes.
    let tree: Tree
    private let root: RootDirectory
    private let options: VolumeOptions

    /// What a volume shows of `catalogue`, in place of what it showed in `previous`. The files that no directory lists and the kernel knows
    /// are in `unlisted`.
    init(_ catalogue: Catalogue, options: VolumeOptions, unlisted: UnlistedFiles, previous: Snapshot? = nil) {
        self.options = options
        plain = Self.plainTree(of: catalogue, files: .wave, options, previous: previous?.plain)
        root = RootDirectory(View.withChecksums(plain.root, options), View.directories(of: plain, options))
        tree = Tree(root: root, unlisted: unlisted, findsClips: options.views.contains(.clips))
    }

    /// Whether a view would show other files if it were made anew.
    var isOutdated: Bool { root.isOutdated }

    /// The same groups and recordings with files that are called as `kind` says.
    func plain(_ kind: RecordingFileKind) -> PlainTree {
        kind == .wave ? plain : Self.plainTree(of: plain.catalogue, files: kind, options)
    }

    private static func plainTree(
        of catalogue: Catalogue, files kind: RecordingFileKind, _ options: VolumeOptions, previous: PlainTree? = nil
    ) -> PlainTree {
        let reserved = View.directoryNames(options).map { Array($0.utf8) }
        return PlainTree(catalogue, files: kind, reserved: reserved, options: options, previous: previous)
    }
}
