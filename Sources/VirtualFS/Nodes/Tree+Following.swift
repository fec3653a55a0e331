/// A directory whose children are not those that it had before.
struct ChangedDirectory: Sendable {
    let inode: Inode
    /// The names of children that are new, gone, or other nodes than before, in order.
    let names: [[UInt8]]
}

extension Tree {
    /// Looks into all directories that were looked into in `previous`, whose place this tree takes, and that are still there. Returns those
    /// whose children have changed.
    func follow(_ previous: Tree) -> [ChangedDirectory] {
        var changes: [ChangedDirectory] = []
        // By the numbers that they had.
        var followed: [Int: (entry: Entry, children: Children)] = [:]
        var missing: [Inode] = []
        for old in previous.allListed {
            guard let entry = place(of: old, in: previous, followed) else {
                missing += previous.inodes(of: old)
                continue
            }
            guard let children = try? children(of: entry) else { continue }
            followed[old.number] = (entry, children)
            // Objects that are the same have the same children.
            guard old.directory !== children.directory else { continue }
            let (before, now) = (previous.nodes(of: old), nodes(of: children))
            let names = Self.difference(before, now)
            guard !names.isEmpty else { continue }
            changes.append(ChangedDirectory(inode: entry.inode, names: names))
            let present = Set(now.map(\.inode))
            missing += before.map(\.inode).filter { !present.contains($0) }
        }
        miss(missing, and: previous)
        return changes
    }

    /// The directory that has taken the place of `old`; nil if there is none, or another one.
    private func place(
        of old: Children, in previous: Tree, _ followed: [Int: (entry: Entry, children: Children)]
    ) -> Entry? {
        guard let (parent, place) = previous.parentPlace(of: old) else { return try? entry(of: .root) }
        guard let (_, children) = followed[parent.number],
            let now = children.directory.place(of: parent.directory.name(at: place))
        else { return nil }
        let entry = entry(at: now, of: children)
        return entry.inode == previous.inode(of: old) ? entry : nil
    }

    /// The names and inodes of `children`, in the order of the names.
    private func nodes(of children: Children) -> [(name: [UInt8], inode: Inode)] {
        zip(inodes(of: children), 0...).map { (children.directory.name(at: $1), $0) }
    }

    /// The names that only one of both has, or that name different nodes.
    private static func difference(
        _ old: [(name: [UInt8], inode: Inode)], _ new: [(name: [UInt8], inode: Inode)]
    ) -> [[UInt8]] {
        var names: [[UInt8]] = []
        var rest = new[...]
        for (name, inode) in old {
            while let next = rest.first, next.name.lexicographicallyPrecedes(name) {
                names.append(next.name)
                rest.removeFirst()
            }
            if let next = rest.first, next.name == name {
                if next.inode != inode { names.append(name) }
                rest.removeFirst()
            } else {
                names.append(name)
            }
        }
        return names + rest.map(\.name)
    }
}
