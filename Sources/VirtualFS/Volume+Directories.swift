/// A name in a directory.
public struct DirectoryEntry: Sendable, Equatable {
    /// The bytes of the name, without a NUL.
    public let name: [UInt8]
    /// What it names.
    public let attributes: FileAttributes
    /// The position of the next entry, never zero.
    public let next: UInt64
}

extension Volume {
    /// Throws `notDirectory` unless `inode` is a directory.
    public func openDirectory(_ inode: Inode) throws(VirtualFSError) {
        renew()
        guard case .directory = try snapshot.tree.entry(of: inode).child else { throw .notDirectory }
    }

    /// Calls `body` with each entry of the directory `inode` from `position` on (0 for the first), until it returns
    /// false. The first two entries are `.` and `..`. A position stays valid as long as the volume exists.
    public func forEachEntry(
        of inode: Inode, from position: UInt64, _ body: (DirectoryEntry) -> Bool
    ) throws(VirtualFSError) {
        let tree = snapshot.tree
        let parent = try tree.entry(of: inode)
        let children = try tree.children(of: parent)
        let count = children.directory.count + 2
        guard let first = Int(exactly: position), first < count else { return }
        for place in first..<count {
            let (name, target): ([UInt8], Tree.Entry) =
                switch place {
                case 0: (Array(".".utf8), parent)
                case 1: (Array("..".utf8), tree.parent(of: parent))
                default: (children.directory.name(at: place - 2), tree.entry(at: place - 2, of: children))
                }
            // A recording that cannot be served is not listed.
            guard let attributes = try? attributes(of: target) else { continue }
            let entry = DirectoryEntry(name: name, attributes: attributes, next: UInt64(place + 1))
            guard body(entry) else { return }
        }
    }
}
