import Recordings
import Support

/// The files and directories of a volume: built once, never changed.
///
/// The children of a directory lie side by side, ordered by the bytes of their names, so that a lookup is a binary search
/// and the place of an entry in its directory is the same in every mount.
struct Tree: Sendable {
    /// The nodes, parents before their children, the root first.
    let nodes: [Node]
    private let inodes: InodeTable

    /// The tree of `nodes`, which `inodes` finds.
    init(nodes: [Node], inodes: InodeTable) {
        self.nodes = nodes
        self.inodes = inodes
    }

    /// The index of the node with `inode`.
    func index(of inode: Inode) throws(VirtualFSError) -> Int {
        guard let index = inodes.index(of: inode) else { throw .notFound }
        return index
    }

    /// The children of the directory at `index`.
    func children(of index: Int) throws(VirtualFSError) -> Range<Int> {
        guard let children = nodes[index].children else { throw .notDirectory }
        return children
    }

    /// The index of the node called `name` in the directory at `parent`; `.` and `..` are names too.
    func child(_ name: [UInt8], of parent: Int) throws(VirtualFSError) -> Int {
        let children = try children(of: parent)
        guard name.count <= FileName.maximumByteCount else { throw .nameTooLong }
        if name == [UInt8(ascii: ".")] { return parent }
        if name == Array("..".utf8) { return nodes[parent].parent }
        var low = children.lowerBound
        var high = children.upperBound
        while low < high {
            let middle = low + (high - low) / 2
            if nodes[middle].name.lexicographicallyPrecedes(name) { low = middle + 1 } else { high = middle }
        }
        guard low < children.upperBound, nodes[low].name == name else { throw .notFound }
        return low
    }
}

extension [Node] {
    /// The path of the node at `index` below the mountpoint, without a leading slash.
    func path(of index: Int) -> String {
        var components: [String] = []
        var index = index
        while index != 0 {
            components.append(String(decoding: self[index].name, as: UTF8.self))
            index = self[index].parent
        }
        return components.reversed().joined(separator: "/")
    }
}
