import Glibc
import Support

extension DirectoryStore: WritableStore {
    /// Opens the store at `path`, and makes it first if there is none: a folder, in one that exists, with a group at its root, whose
    /// `zarr.json` is `document`. A folder that holds anything but a Zarr v3 hierarchy is refused.
    ///
    /// Once `isHalted`, which is called from any thread, everything that would write fails with ECANCELED; what is written already can
    /// still be synced, published and removed.
    public static func create(
        path: String, document: [UInt8] = emptyGroup, isHalted: @escaping @Sendable () -> Bool = { false }
    ) throws(StoreError) -> DirectoryStore {
        let isNew = path.withFileName { mkdir($0, 0o777) } == 0
        guard isNew || errno == EEXIST else {
            throw StoreError("the store cannot be made", key: "", system: SystemError("mkdir", path))
        }
        let store = try DirectoryStore(path: path) { call, path throws(SystemError) in
            guard ["mkdirat", "openat", "write"].contains(call), isHalted() else { return }
            throw SystemError(call, path, code: ECANCELED)
        }
        if isNew { try store.changes.syncStoreName() }
        guard try !store.contains("zarr.json") else { return store }
        let strangers = try FolderEntry.all(in: "", of: store.root) ?? []
        if let stranger = strangers.first(where: { !$0.name.hasPrefix(StagingFolder.prefix) }) {
            throw StoreError(
                .failed, "\(path) holds \(stranger.name) and no Zarr v3 store: name a new or an empty folder", key: "")
        }
        try store.replace("zarr.json", with: document)
        return store
    }

    /// Begins a node.
    public func stageNode() throws(StoreError) -> any StagedNode {
        try DirectoryStagedNode(in: self)
    }

    /// As for every store; of several nodes on a local file system, by one syncfs(2). If that fails, none of them counts as kept.
    public func sync(_ nodes: [any StagedNode]) -> [StoreError?] {
        let staged = nodes.compactMap { $0 as? DirectoryStagedNode }
        guard nodes.count > 1, staged.count == nodes.count, FileSystemSync.isReliable(for: root.descriptor) else {
            return syncEach(nodes)
        }
        let result = Result { () throws(StoreError) in try changes.syncFileSystem() }
        for node in staged { node.remember(result) }
        // What is remembered costs nothing.
        return syncEach(nodes)
    }

    /// As for every store, by fsync(2) of the folder.
    public func syncNames(in path: String) throws(StoreError) {
        try check(path, isPrefix: true)
        do {
            try changes.sync(path)
        } catch {
            // What can only be read, as squashfs, has no such call, and nothing to wait for.
            guard (error.cause as? SystemError)?.code == EINVAL else { throw error }
        }
    }

    /// The document of a group without attributes.
    public static let emptyGroup = Array(#"{"attributes":{},"node_type":"group","zarr_format":3}"#.utf8)

    /// As for every store, by one rename.
    public func moveNode(_ place: String, to newPlace: String) throws(StoreError) -> Bool {
        try check(place, isPrefix: false)
        try check(newPlace, isPrefix: false)
        guard try changes.moveFolder(place, to: newPlace) else { return false }
        files.removeAll()
        try changes.sync(NodeName.parent(of: newPlace))
        try changes.sync(NodeName.parent(of: place))
        return true
    }

    /// As for every store: the node's folder is renamed to a hidden one, and then removed.
    public func removeNode(_ place: String) throws(StoreError) {
        try check(place, isPrefix: false)
        let staging: StagingFolder
        do throws(StoreError) {
            staging = try StagingFolder(in: self)
        } catch {
            guard error.isFailure(with: ENOSPC, EDQUOT) else { throw error }
            return try removeNodeWithoutRoom(place)
        }
        // What cannot be removed is found as a leftover.
        defer { try? staging.remove() }
        _ = try changes.moveFolder(place, to: "\(staging.path)/\(StagingFolder.removedName)")
        files.removeAll()
        try changes.sync(NodeName.parent(of: place))
    }

    /// Removes the node at `place` while nothing can be made, not even the folder that tells others what is being removed: if this process is
    /// killed meanwhile, a hidden folder stays that nobody takes for a leftover.
    private func removeNodeWithoutRoom(_ place: String) throws(StoreError) {
        let hidden = StagingFolder.newPath()
        guard try changes.moveFolder(place, to: hidden) else {
            throw StoreError(.failed, "cannot be removed", key: place)
        }
        files.removeAll()
        try changes.sync(NodeName.parent(of: place))
        try changes.removeTree(hidden)
    }

    /// As for every store: the bytes go to a file of another name, which is then renamed.
    public func replace(_ key: String, with bytes: [UInt8]) throws(StoreError) {
        try check(key, isPrefix: false)
        let staging = try StagingFolder(in: self)
        // What cannot be removed is found as a leftover.
        defer { try? staging.remove() }
        let path = "\(staging.path)/\(StagingFolder.valueName)"
        let file = try changes.makeFile(path)
        file.takePermissions(of: key)
        try file.append(bytes)
        try file.sync()
        try changes.replaceFile(key, with: path)
        files.removeAll()
        let folder = NodeName.parent(of: key)
        changes.touch(folder)
        try changes.sync(folder)
    }

    /// As for every store, by flock(2).
    public func withLock<T>(on path: String, _ body: () throws(StoreError) -> T) throws(StoreError) -> T {
        try check(path, isPrefix: true)
        let descriptor = root.open(path, O_RDONLY | O_DIRECTORY, links: .none)
        guard descriptor >= 0 else {
            throw StoreError("cannot be locked", key: path, system: SystemError("openat2", path))
        }
        // The lock is released when the descriptor is closed.
        let folder = OwnedDescriptor(descriptor: descriptor)
        _ = try changes.lock(folder, LOCK_EX, path)
        // Whoever had the lock before may have put others in the place of files that are open here.
        files.removeAll()
        return try withExtendedLifetime(folder) { () throws(StoreError) in try body() }
    }

    /// As for every store: the hidden folders whose locks no process holds.
    public func leftovers() throws(StoreError) -> [String] {
        var abandoned: [String] = []
        for name in try stagingFolders() where try StagingFolder.isAbandoned(name, of: root) { abandoned.append(name) }
        return abandoned
    }

    /// As for every store: removes the hidden folders whose locks no process holds.
    @discardableResult
    public func removeLeftovers() throws(StoreError) -> [String] {
        var removed: [String] = []
        for name in try stagingFolders() where try StagingFolder.removeAbandoned(name, changes) { removed.append(name) }
        return removed
    }

    private func stagingFolders() throws(StoreError) -> [String] {
        var folders: [String] = []
        for name in try children(of: "") where try StagingFolder.isStaging(name, of: root) { folders.append(name) }
        return folders
    }
}
