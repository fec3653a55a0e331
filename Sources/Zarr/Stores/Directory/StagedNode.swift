import Support

/// A node that is being written: nobody sees it until it is published, and then sees all of it.
///
/// Everything below it is written under `path`, where it can be read back (by the same store) before it is published. When
/// the process ends before that, in whatever way, nothing of it shows in the hierarchy, and what is left on the disk is
/// found by `DirectoryStore.leftovers()`. Safe to use from several threads, publishing excepted.
public final class StagedNode: Sendable {
    /// The store it will be in.
    public let store: DirectoryStore
    /// Its path in the store until it is published.
    public let path: String

    private let staging: StagingFolder

    /// Begins a node of `store`.
    public init(in store: DirectoryStore) throws(StoreError) {
        self.store = store
        staging = try StagingFolder(in: store)
        path = "\(staging.path)/node"
        _ = try store.changes.makeFolder(path)
    }

    deinit {
        // What cannot be removed is found as a leftover.
        try? discard()
    }

    /// The path, until publishing, of what will be `name` below the node: a node, or a key such as `zarr.json`. Empty: the
    /// node's own path.
    public func path(of name: String) -> String {
        name.isEmpty ? path : "\(path)/\(name)"
    }

    /// Writes `bytes` under the key `name` below the node, which must be a new one.
    public func write(_ bytes: [UInt8], to name: String) throws(StoreError) {
        var file = try makeFile(name)
        try file.append(bytes)
        file.finish()
    }

    /// The new file `name` below the node.
    func makeFile(_ name: String) throws(StoreError) -> NewFile {
        let key = path(of: name)
        try store.check(key, isPrefix: false)
        try store.changes.makeParents(of: key)
        return try store.changes.makeFile(key)
    }

    /// Writes `bytes` over the first of the file `name` below the node, which has at least as many.
    func overwriteStart(of name: String, with bytes: [UInt8]) throws(StoreError) {
        var file = try store.changes.openFile(path(of: name))
        try file.append(bytes)
        file.finish()
    }

    /// Waits until all that was written is on the disk. Publishing does so too: for who wants to hold no lock meanwhile.
    public func sync() throws(StoreError) {
        try store.changes.syncTree(path)
    }

    /// Makes the node appear at `place` of the hierarchy, in a group that is there; false, and nothing changed, where
    /// something of that name is there already.
    ///
    /// The node is on the disk when this returns, and nothing of it is in the hierarchy when it throws: neither a killed
    /// process nor a power cut leaves a part.
    public func publish(as place: String) throws(StoreError) -> Bool {
        try store.check(place, isPrefix: false)
        try sync()
        guard try store.changes.moveFolder(path, to: place) else { return false }
        do {
            try store.changes.sync(Self.parent(of: place))
        } catch {
            _ = try store.changes.moveFolder(place, to: path)
            throw error
        }
        return true
    }

    /// Makes the node appear in the group at `group`, which is there, under the first number that is greater than all there,
    /// and returns that. With several processes at it each gets a number of its own.
    public func publish(numberedIn group: String) throws(StoreError) -> Int {
        var number = try store.children(of: group).compactMap { Int($0) }.reduce(0) { max($0, $1.adding(1) ?? $0) }
        while try !publish(as: group.isEmpty ? String(number) : "\(group)/\(number)") {
            guard let next = number.adding(1) else { throw StoreError("has no number left", key: group) }
            number = next
        }
        return number
    }

    /// Puts the node in the place of the one at `place`, if there is one: a reader finds the old one or the new one.
    ///
    /// The new one is on the disk when this returns; when it throws, either may be there. On a file system that cannot
    /// exchange two names a reader may for a moment find neither, and a process killed in that moment leaves neither.
    public func replace(_ place: String) throws(StoreError) {
        if try publish(as: place) { return }
        if try !store.changes.exchange(path, place) { try moveAside(place) }
        try store.changes.sync(Self.parent(of: place))
        store.files.removeAll()
    }

    private func moveAside(_ place: String) throws(StoreError) {
        let aside = "\(staging.path)/replaced"
        _ = try store.changes.moveFolder(place, to: aside)
        do throws(StoreError) {
            guard try store.changes.moveFolder(path, to: place) else {
                throw StoreError("something else was put there", key: place)
            }
        } catch {
            _ = try store.changes.moveFolder(aside, to: place)
            throw error
        }
    }

    /// Removes what was written. The same happens by itself when a node that was not published is let go of.
    public func discard() throws(StoreError) {
        // What is read from keeps its room on the disk.
        store.files.removeAll()
        try staging.remove()
    }

    private static func parent(of path: String) -> String {
        path.split(separator: "/").dropLast().joined(separator: "/")
    }
}
