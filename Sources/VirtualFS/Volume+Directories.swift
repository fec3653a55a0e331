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
    /// Opens the directory `inode` and returns its handle, which must be released once. Throws `notDirectory` if it is a file.
    public func openDirectory(_ inode: Inode) throws(VirtualFSError) -> UInt64 {
        renew()
        let tree = snapshot.tree
        let entry = try tree.entry(of: inode)
        guard case .directory = entry.child else { throw .notDirectory }
        return openDirectories.add(OpenDirectories.Open(tree: tree, entry: entry))
    }

    /// Closes the directory with `handle`.
    public func releaseDirectory(_ handle: UInt64) throws(VirtualFSError) {
        try openDirectories.remove(handle)
    }

    /// Calls `body` with each entry of the open directory `handle` from `position` on (0 for the first), until it returns false. The first
    /// two entries are `.` and `..`. A position stays valid as long as the directory is open.
    public func forEachEntry(
        ofOpen handle: UInt64, from position: UInt64, _ body: (DirectoryEntry) -> Bool
    ) throws(VirtualFSError) {
        let directory = try openDirectories.directory(handle)
        // Of what is shown no more, the kernel may keep nothing.
        let caching: NodeCaching? = directory.tree === snapshot.tree ? nil : .passing
        try forEachEntry(of: directory.entry, in: directory.tree, from: position, caching: caching, body)
    }

    /// The same for the directory `inode` as it is now.
    public func forEachEntry(
        of inode: Inode, from position: UInt64, _ body: (DirectoryEntry) -> Bool
    ) throws(VirtualFSError) {
        let tree = snapshot.tree
        try forEachEntry(of: tree.entry(of: inode), in: tree, from: position, caching: nil, body)
    }

    private func forEachEntry(
        of parent: Tree.Entry, in tree: Tree, from position: UInt64, caching: NodeCaching?,
        _ body: (DirectoryEntry) -> Bool
    ) throws(VirtualFSError) {
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
            guard let attributes = try listedAttributes(of: target, caching) else { continue }
            let entry = DirectoryEntry(name: name, attributes: attributes, next: UInt64(place + 1))
            guard body(entry) else { return }
        }
    }

    /// What stat(2) reports of `entry`, with `caching` in place of its own if that is given; nil if it is a recording that cannot be served.
    private func listedAttributes(
        of entry: Tree.Entry, _ caching: NodeCaching?
    ) throws(VirtualFSError) -> FileAttributes? {
        do throws(VirtualFSError) {
            return try attributes(of: entry, caching: caching)
        } catch {
            if case .interrupted = error { throw error }
            return nil
        }
    }
}
