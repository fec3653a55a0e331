/// A name in a directory.
public struct DirectoryEntry: Sendable, Equatable {
    /// The bytes of the name, without a NUL.
    public let name: [UInt8]
    /// What it names.
    public let attributes: FileAttributes
    /// The position of the entry after it, never zero.
    public let next: UInt64
}

extension Volume {
    /// Refuses what is no directory.
    public func openDirectory(_ inode: Inode) throws(VirtualFSError) {
        _ = try tree.children(of: tree.index(of: inode))
    }

    /// Calls `body` with each entry of the directory `inode` from `position` on (0 for the first), until it returns false. The
    /// first two are `.` and `..`. Positions mean the same whenever they are used.
    public func forEachEntry(
        of inode: Inode, from position: UInt64, _ body: (DirectoryEntry) -> Bool
    ) throws(VirtualFSError) {
        let tree = tree
        let index = try tree.index(of: inode)
        let children = try tree.children(of: index)
        let count = children.count + 2
        guard let first = Int(exactly: position), first < count else { return }
        for place in first..<count {
            let (name, target): ([UInt8], Int) =
                switch place {
                case 0: (Array(".".utf8), index)
                case 1: (Array("..".utf8), tree.nodes[index].parent)
                default: (tree.nodes[children.lowerBound + place - 2].name, children.lowerBound + place - 2)
                }
            // What cannot be served is not there.
            guard let attributes = try? attributes(at: target) else { continue }
            let entry = DirectoryEntry(name: name, attributes: attributes, next: UInt64(place + 1))
            guard body(entry) else { return }
        }
    }
}
