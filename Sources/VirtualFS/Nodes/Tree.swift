import Synchronization

/// The files and directories of a snapshot, by their inodes: the children of all directories that have been looked
/// into, and the files that no directory lists.
///
/// The children of a directory get their inodes when it is looked into. Only the inode of a child is kept; everything
/// else is asked of its directory. Safe to use from any thread.
final class Tree: Sendable {
    /// A node.
    struct Entry: Sendable {
        fileprivate let place: Place
        let inode: Inode
        let child: Child
    }

    /// Where a node is.
    fileprivate enum Place: Sendable {
        /// In a directory that lists it: its number, in the order in which nodes are found.
        case listed(Int)
        /// In none: its path below the mountpoint.
        case unlisted(path: String)
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
        /// Which directories have all been looked into.
        var searched = Search.none
        /// Inodes that an earlier tree had and this one does not.
        var gone: Set<Inode> = []
    }

    /// Directories that are looked into in search of an inode.
    private enum Search: Comparable {
        case none
        /// Those that show the groups of the store.
        case groups
        case all
    }

    /// Inodes that are gone and need not be searched for. If there are more, the earlier ones are forgotten.
    private static let goneLimit = 1 << 16

    private let root: any Directory
    private let unlisted: UnlistedFiles
    private let findsClips: Bool
    private let state = Mutex(State())

    /// The tree below `root`, with clips of its files if `findsClips`. The files that no directory lists and the kernel knows are in
    /// `unlisted`, also those of an earlier tree.
    init(root: any Directory, unlisted: UnlistedFiles = UnlistedFiles(), findsClips: Bool = false) {
        self.root = root
        self.unlisted = unlisted
        self.findsClips = findsClips
    }

    /// The node with `inode`.
    func entry(of inode: Inode) throws(VirtualFSError) -> Entry {
        if let number = state.withLock({ $0.inodes.number(of: inode) }) { return entry(number) }
        if let (file, path) = unlisted.file(inode) {
            return Entry(place: .unlisted(path: path), inode: inode, child: .file(file))
        }
        guard !state.withLock({ $0.gone.contains(inode) }), let number = try search(for: inode) else {
            throw .noSuchNode
        }
        return entry(number)
    }

    /// The children of the directory `entry`, which is looked into now unless it was before.
    func children(of entry: Entry) throws(VirtualFSError) -> Children {
        guard case .directory(let directory) = entry.child, case .listed(let number) = entry.place else {
            throw .notDirectory
        }
        if let children = listed(number) { return children }
        try directory.prepare()
        let hashes = (0..<directory.count).map { directory.identity(at: $0).hash }
        let children = state.withLock { state -> Children? in
            if let place = state.places[number] { return state.listed[place] }
            let children = Children(directory: directory, number: number, first: state.inodes.count)
            guard hashes.allSatisfy({ state.inodes.add(hash: $0, isTaken: unlisted.contains) }) else { return nil }
            state.places[number] = state.listed.count
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
            place: .listed(number), inode: state.withLock { $0.inodes[number] },
            child: children.directory.child(at: place))
    }

    /// The directory that `entry`, a directory, is in; for the root, the root.
    func parent(of entry: Entry) -> Entry {
        guard case .listed(let number) = entry.place else { return self.entry(0) }
        return self.entry(place(of: number)?.children.number ?? 0)
    }

    /// The node called `name` that the directory `entry` lists; `.` and `..` are names too.
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

    /// The node called `name` in the directory `entry`, listed or not, for the kernel. If it is not listed, it is kept until `forget` is
    /// called for it.
    func lookUp(_ name: [UInt8], in entry: Entry) throws(VirtualFSError) -> Entry {
        let found: Entry
        do throws(VirtualFSError) {
            found = try child(name, of: entry)
        } catch .notFound {
            guard findsClips, let clip = try UnlistedFile(clip: name, in: children(of: entry).directory) else {
                throw .notFound
            }
            return add(clip, name: name, in: entry)
        }
        if case .unlisted = found.place { unlisted.lookUp(found.inode) }
        return found
    }

    /// The path of `entry` below the mountpoint, without a leading slash.
    func path(of entry: Entry) -> String {
        guard case .listed(var number) = entry.place else {
            guard case .unlisted(let path) = entry.place else { return "" }
            return path
        }
        var names: [String] = []
        while let (children, place) = place(of: number) {
            names.append(String(decoding: children.directory.name(at: place), as: UTF8.self))
            number = children.number
        }
        return names.reversed().joined(separator: "/")
    }

    // MARK: - Unlisted files

    /// Keeps `file`, which was looked up as `name` in the directory `entry`.
    private func add(_ file: UnlistedFile, name: [UInt8], in entry: Entry) -> Entry {
        let folder = path(of: entry)
        let kernelName = KernelName(directory: entry.inode, name: name)
        let name = String(decoding: name, as: UTF8.self)
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        let inode = state.withLock { state in
            let inode = state.inodes.inode(hash: file.identity.hash) { inode in
                unlisted.contains(inode, otherThan: file.identity)
            }
            unlisted.add(file, kernelName, path: path, inode: inode)
            return inode
        }
        return Entry(place: .unlisted(path: path), inode: inode, child: .file(file.file))
    }

    /// The file that no directory lists and that `name` names, unless its directory has not been looked into or does not have it.
    func unlistedFile(_ name: KernelName) -> UnlistedFile? {
        guard findsClips, let number = state.withLock({ $0.inodes.number(of: name.directory) }),
            let children = listed(number)
        else { return nil }
        return try? UnlistedFile(clip: name.name, in: children.directory)
    }

    // MARK: - All that is known

    /// All directories that have been looked into, each after the one that it is in.
    var allListed: [Children] { state.withLock { $0.listed } }

    /// The inodes of `children`, in their order.
    func inodes(of children: Children) -> [Inode] {
        let count = children.directory.count
        return state.withLock { state in (0..<count).map { state.inodes[children.first + $0] } }
    }

    /// Records that `inodes`, and those that were gone in `previous`, are not in this tree: nobody searches for them.
    func miss(_ inodes: [Inode], and previous: Tree) {
        let earlier = previous.state.withLock { $0.gone }
        state.withLock { state in
            let gone = Set(inodes)
            state.gone = gone.count + earlier.count > Self.goneLimit ? gone : gone.union(earlier)
        }
    }

    /// The inode of the directory that `children` are in.
    func inode(of children: Children) -> Inode { state.withLock { $0.inodes[children.number] } }

    /// The children of the directory that the directory of `children` is in, and its place there; nil for the root.
    func parentPlace(of children: Children) -> (children: Children, place: Int)? { place(of: children.number) }

    // MARK: - Numbers

    /// The number of the node with `inode`, which no directory has that has been looked into. Directories are looked into until it is
    /// found, since file handles of network exports outlive a mount, and the kernel's inodes outlive a snapshot. Groups come first: the
    /// directories of views are far more.
    private func search(for inode: Inode) throws(VirtualFSError) -> Int? {
        for reach in [Search.groups, .all] {
            if state.withLock({ $0.searched }) < reach { try lookIntoDirectories(reach) }
            if let number = state.withLock({ $0.inodes.number(of: inode) }) { return number }
        }
        return nil
    }

    private func lookIntoDirectories(_ reach: Search) throws(VirtualFSError) {
        var pending = [entry(0)]
        var isComplete = true
        while let entry = pending.popLast() {
            let children: Children
            do throws(VirtualFSError) {
                children = try self.children(of: entry)
            } catch {
                if case .interrupted = error { throw error }
                continue
            }
            let directory = children.directory
            for place in 0..<directory.count {
                guard case .directory = directory.child(at: place) else { continue }
                if reach == .groups, case .builtIn = directory.identity(at: place) {
                    isComplete = false
                    continue
                }
                pending.append(self.entry(at: place, of: children))
            }
        }
        state.withLock { $0.searched = max($0.searched, isComplete ? .all : reach) }
    }

    private func listed(_ number: Int) -> Children? {
        state.withLock { state in state.places[number].map { state.listed[$0] } }
    }

    private func entry(_ number: Int) -> Entry {
        guard let (children, place) = place(of: number) else {
            return Entry(place: .listed(0), inode: .root, child: .directory(root))
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
