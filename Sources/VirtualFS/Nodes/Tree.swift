import Synchronization

/// The files and directories of a snapshot, by their inodes: the children of all directories that have been looked
/// into.
///
/// The children of a directory get their inodes when it is looked into. Only the inode of a child is kept; everything
/// else is asked of its directory. Safe to use from any thread.
final class Tree: Sendable {
    /// A node.
    struct Entry: Sendable {
        /// Its number, in the order in which nodes are found.
        fileprivate let number: Int
        let inode: Inode
        let child: Child
    }

    /// The children of a directory.
    struct Children: Sendable {
        let directory: any Directory
        /// The numbers of the directory, and of its first child.
        let number: Int
        fileprivate let first: Int
    }

    private struct State {
        var inodes = InodeTable()
        /// The directories that have been looked into, in the order of the numbers of their children.
        var listed: [Children] = []
        /// Where a directory is in `listed`, by its number.
        var places: [Int: Int] = [:]
        /// Whether all directories have been looked into.
        var isComplete = false
    }

    private let root: any Directory
    private let state = Mutex(State())

    /// The tree below `root`.
    init(root: any Directory) {
        self.root = root
    }

    /// The node with `inode`.
    func entry(of inode: Inode) throws(VirtualFSError) -> Entry {
        guard let number = number(of: inode) else { throw .noSuchNode }
        return entry(number)
    }

    /// The children of the directory `entry`, which is looked into now unless it was before.
    func children(of entry: Entry) throws(VirtualFSError) -> Children {
        guard case .directory(let directory) = entry.child else { throw .notDirectory }
        if let children = listed(entry.number) { return children }
        let hashes = (0..<directory.count).map { directory.identity(at: $0).hash }
        let children = state.withLock { state -> Children? in
            if let place = state.places[entry.number] { return state.listed[place] }
            let children = Children(directory: directory, number: entry.number, first: state.inodes.count)
            guard hashes.allSatisfy({ state.inodes.add(hash: $0) }) else { return nil }
            state.places[entry.number] = state.listed.count
            state.listed.append(children)
            return children
        }
        guard let children else { throw .notFound }
        return children
    }

    /// The child at `place`.
    func entry(at place: Int, of children: Children) -> Entry {
        let number = children.first + place
        return Entry(
            number: number, inode: state.withLock { $0.inodes[number] }, child: children.directory.child(at: place))
    }

    /// The directory that `entry` is in; for the root, the root.
    func parent(of entry: Entry) -> Entry {
        self.entry(place(of: entry.number)?.children.number ?? 0)
    }

    /// The node called `name` in the directory `entry`; `.` and `..` are names too.
    func child(_ name: [UInt8], of entry: Entry) throws(VirtualFSError) -> Entry {
        // By this name, the kernel asks for the node of a file handle, which may be a file.
        if name == [UInt8(ascii: ".")] { return entry }
        guard case .directory = entry.child else { throw .notDirectory }
        guard name.count <= FileName.maximumByteCount else { throw .nameTooLong }
        if name == Array("..".utf8) { return parent(of: entry) }
        let children = try children(of: entry)
        guard let place = children.directory.place(of: name) else { throw .notFound }
        return self.entry(at: place, of: children)
    }

    /// The path of `entry` below the mountpoint, without a leading slash.
    func path(of entry: Entry) -> String {
        var names: [String] = []
        var number = entry.number
        while let (children, place) = place(of: number) {
            names.append(String(decoding: children.directory.name(at: place), as: UTF8.self))
            number = children.number
        }
        return names.reversed().joined(separator: "/")
    }

    // MARK: - All that is known

    /// All directories that have been looked into, each after the one that it is in.
    var allListed: [Children] { state.withLock { $0.listed } }

    /// The inodes of `children`, in their order.
    func inodes(of children: Children) -> [Inode] {
        let count = children.directory.count
        return state.withLock { state in (0..<count).map { state.inodes[children.first + $0] } }
    }

    /// The inode of the directory that `children` are in.
    func inode(of children: Children) -> Inode { state.withLock { $0.inodes[children.number] } }

    /// The children of the directory that the directory of `children` is in, and its place there; nil for the root.
    func parentPlace(of children: Children) -> (children: Children, place: Int)? { place(of: children.number) }

    // MARK: - Numbers

    /// The number of the node with `inode`. If it is not known, all directories are looked into, since file handles of
    /// network exports outlive a mount.
    private func number(of inode: Inode) -> Int? {
        let (number, isComplete) = state.withLock { ($0.inodes.number(of: inode), $0.isComplete) }
        guard number == nil, !isComplete else { return number }
        var pending = [entry(0)]
        while let directory = pending.popLast() {
            guard let children = try? children(of: directory) else { continue }
            for place in 0..<children.directory.count {
                guard case .directory = children.directory.child(at: place) else { continue }
                pending.append(entry(at: place, of: children))
            }
        }
        return state.withLock { state in
            state.isComplete = true
            return state.inodes.number(of: inode)
        }
    }

    private func listed(_ number: Int) -> Children? {
        state.withLock { state in state.places[number].map { state.listed[$0] } }
    }

    private func entry(_ number: Int) -> Entry {
        guard let (children, place) = place(of: number) else {
            return Entry(number: 0, inode: .root, child: .directory(root))
        }
        return entry(at: place, of: children)
    }

    /// The directory of the node `number`, and its place there; nil for the root.
    private func place(of number: Int) -> (children: Children, place: Int)? {
        guard number > 0 else { return nil }
        return state.withLock { state in
            // The last directory whose first child has this number or a lower one.
            var (low, high) = (0, state.listed.count)
            while high - low > 1 {
                let middle = low + (high - low) / 2
                if state.listed[middle].first <= number { low = middle } else { high = middle }
            }
            return (state.listed[low], number - state.listed[low].first)
        }
    }
}
