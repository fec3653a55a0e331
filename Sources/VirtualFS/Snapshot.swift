import Recordings

/// What a volume shows at one moment. It never changes; a request takes one snapshot and stays with it to its end.
final class Snapshot: Sendable {
    /// The groups and recordings as the store arranges them.
    let plain: PlainTree
    /// All nodes, those of the views among them, by their inodes.
    let tree: Tree

    /// What a volume shows of `catalogue`.
    init(_ catalogue: Catalogue, options: VolumeOptions) {
        plain = PlainTree(catalogue, reserved: View.all.map { Array($0.name.utf8) }, options: options)
        tree = Tree(root: RootDirectory(plain, View.all, options: options))
    }
}
