import Recordings

/// What a volume shows at one moment. It never changes; a request takes one snapshot and stays with it to its end.
final class Snapshot: Sendable {
    /// The groups and recordings as the store arranges them.
    let plain: PlainTree
    /// All nodes, those of the views among them, by their inodes.
    let tree: Tree
    private let options: VolumeOptions

    /// What a volume shows of `catalogue`, in place of what it showed in `previous`.
    init(_ catalogue: Catalogue, options: VolumeOptions, previous: Snapshot? = nil) {
        self.options = options
        plain = Self.plainTree(of: catalogue, files: .wave, options, previous: previous?.plain)
        tree = Tree(root: RootDirectory(plain, View.shown(options), options: options))
    }

    /// The same groups and recordings with files that are called as `kind` says.
    func plain(_ kind: RecordingFileKind) -> PlainTree {
        kind == .wave ? plain : Self.plainTree(of: plain.catalogue, files: kind, options)
    }

    private static func plainTree(
        of catalogue: Catalogue, files kind: RecordingFileKind, _ options: VolumeOptions, previous: PlainTree? = nil
    ) -> PlainTree {
        PlainTree(
            catalogue, files: kind, reserved: View.shown(options).map { Array($0.name.utf8) }, options: options,
            previous: previous)
    }
}
