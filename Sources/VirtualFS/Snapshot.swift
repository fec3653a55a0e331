import Recordings

/// What a volume shows at one moment. It never changes: a request takes one, and stays with it to its end.
final class Snapshot: Sendable {
    /// The recordings, in the groups that the store has them in.
    let plain: PlainTree
    /// All that is shown, by inodes.
    let tree: Tree

    /// What is shown of `catalogue`.
    init(_ catalogue: Catalogue, options: VolumeOptions) {
        plain = PlainTree(catalogue, reserved: View.all.map { Array($0.name.utf8) }, options: options)
        tree = Tree(root: RootDirectory(plain, View.all, options: options))
    }
}
