import Glibc
import Recordings
import Support
import WaveFile
import Zarr

/// The store that a command was given, and its recordings.
enum StoreCatalogue {
    /// The catalogue of what `address` names in `store`, of whose metadata `metadata` are shown. What is decoded is kept in `cache` and
    /// counted by `counters`; what was learned is taken from `file`. It is to be renewed when the store changes if it `isLiving`, which
    /// `watch` notices in groups. The catalogue that the store keeps of itself is read if it `usesStored` ones.
    static func catalogue(
        of store: any Store, _ address: StoreAddress, cache: BlockCache, file: CatalogueFile? = nil,
        metadata: MetadataSelection = .all, counters: DecodeCounters = DecodeCounters(), isLiving: Bool = false,
        watch: GroupWatch? = nil, usesStored: Bool = true, log: Log
    ) throws(CommandError) -> Catalogue {
        do {
            return try Catalogue(
                store: store, root: address.group, cache: cache, file: file, metadata: metadata, counters: counters,
                isLiving: isLiving, watch: watch, usesStored: usesStored, log: log)
        } catch {
            throw CommandError("\(address.path): cannot be served", cause: error)
        }
    }

    // MARK: - Kinds of stores

    /// The store at `address`, which must look like one, opened as `storeAccess` says. Coded bytes of one on another machine are kept in `blocks`.
    /// This and `create` are the only places that know which kinds there are.
    static func open(
        _ address: StoreAddress, _ storeAccess: StoreAccess = StoreAccess(), blocks: DiskCache? = nil
    ) throws(CommandError) -> any Store {
        guard !address.isRemote else { return try storeAccess.remote.open(address, blocks: blocks) }
        let path = address.path
        var status = stat()
        guard path.withFileName({ stat($0, &status) }) == 0 else {
            let error = SystemError("stat", path)
            try checkSeparator(address)
            throw CommandError("cannot open the store", cause: error)
        }
        if status.st_mode & S_IFMT == S_IFREG { return try openArchive(path: path) }
        guard status.st_mode & S_IFMT == S_IFDIR, "\(path)/zarr.json".withFileName({ access($0, F_OK) }) == 0
        else {
            // It may be a store, of somebody else's.
            if errno == EACCES, status.st_mode & S_IFMT == S_IFDIR {
                throw CommandError("cannot open the store", cause: SystemError("access", path, code: EACCES))
            }
            let isOlder = [".zgroup", ".zarray", ".zmetadata"].contains { name in
                "\(path)/\(name)".withFileName { access($0, F_OK) } == 0
            }
            throw CommandError(
                isOlder
                    ? "\(path): zarr_format 2 is not supported; convert it to Zarr v3"
                    : "\(path): not a Zarr v3 store, there is no zarr.json in it\(FolderAdvice.text(on: path))")
        }
        let targets = try storeAccess.links.targets()
        do {
            return try DirectoryStore(path: path, targets: targets)
        } catch {
            throw CommandError("\(path): cannot be served", cause: error)
        }
    }

    /// The store that is a ZIP archive at `path`.
    private static func openArchive(path: String) throws(CommandError) -> any Store {
        do throws(StoreError) {
            let store = try ZipStore(path: path)
            if try store.contains("zarr.json") { return store }
        } catch {
            throw CommandError("\(path): not a Zarr v3 store, which is a folder or a ZIP archive", cause: error)
        }
        throw CommandError("\(path): not a Zarr v3 store, there is no zarr.json in the ZIP archive")
    }

    /// `store`, which is at `address`, to be written to.
    static func writable(_ store: any Store, _ address: StoreAddress) throws(CommandError) -> any WritableStore {
        guard let store = store as? any WritableStore else {
            try checkIsWritable(address)
            throw CommandError(
                "\(address.path): is a ZIP archive, which is only read; unpack it into a folder to change it")
        }
        return store
    }

    /// Throws if `address` is on a web server: stores there are only read.
    static func checkIsWritable(_ address: StoreAddress) throws(CommandError) {
        guard case .web = address.place else { return }
        throw CommandError(
            "\(address.path): a store on a web server is only read; write to the folder that it serves, or to a bucket (s3://)"
        )
    }

    /// Whether there is nothing at `address` yet, or an empty folder: a store can be made there.
    static func isVacant(_ address: StoreAddress, _ access: StoreAccess) throws(CommandError) -> Bool {
        guard !address.isRemote else { return try access.remote.isVacant(address) }
        let path = address.path
        var status = stat()
        guard path.withFileName({ stat($0, &status) }) == 0 else {
            let isMissing = errno == ENOENT
            try checkSeparator(address)
            return isMissing
        }
        guard let directory = path.withFileName({ opendir($0) }) else { return false }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if !name.allSatisfy({ $0 == UInt8(ascii: ".") }) { return false }
        }
        return true
    }

    /// Throws if `address`, at whose path there is nothing, may have been meant for a path that has `::` itself.
    private static func checkSeparator(_ address: StoreAddress) throws(CommandError) {
        let whole = "\(address.path)::\(address.group)"
        guard !address.group.isEmpty, whole.withFileName({ access($0, F_OK) }) == 0 else { return }
        throw CommandError(
            "there is no \(address.path), which the last '::' ends; if the store is \(whole), write \(whole)::")
    }

    /// Throws if this process may not make the store at `path`, write to it, or make nodes in one of `groups`, which need not exist.
    static func checkWriting(path: String, groups: [String]) throws(CommandError) {
        guard path.withFileName({ access($0, F_OK) }) == 0 else {
            try checkHasFolder(path)
            return try checkWriting(to: FilePath.folder(of: path), "the store cannot be made")
        }
        try checkWriting(to: path, "the store cannot be written to")
        for group in groups {
            var group = group
            while !group.isEmpty, "\(path)/\(group)".withFileName({ access($0, F_OK) }) != 0 {
                group = group.split(separator: "/").dropLast().joined(separator: "/")
            }
            try checkWriting(to: "\(path)/\(group)", "the group /\(group) cannot be written to")
        }
    }

    /// Throws if there is no folder that a new store at `path` could be made in.
    static func checkHasFolder(_ path: String) throws(CommandError) {
        let folder = FilePath.folder(of: path)
        guard folder.withFileName({ access($0, F_OK) }) != 0, errno == ENOENT else { return }
        throw CommandError(
            "\(path): the store cannot be made, since there is no folder \(folder): make it first, or mount the disk that it is on"
        )
    }

    private static func checkWriting(to folder: String, _ problem: String) throws(CommandError) {
        guard folder.withFileName({ faccessat(AT_FDCWD, $0, W_OK | X_OK, AT_EACCESS) }) == 0 else {
            throw CommandError(problem, cause: SystemError("faccessat", folder))
        }
    }

    /// The store at `address` that is to be written to, made with `document` at its root if there is none. Once `isHalted`, nothing new is
    /// written to it; what is written already can still be published.
    static func create(
        _ address: StoreAddress, _ access: StoreAccess, document: [UInt8] = DirectoryStore.emptyGroup,
        isHalted: @escaping @Sendable () -> Bool
    ) throws(CommandError) -> any WritableStore {
        guard !address.isRemote else {
            return try access.remote.create(address, document: document, isHalted: isHalted)
        }
        try checkHasFolder(address.path)
        do throws(StoreError) {
            return try create(path: address.path, document: document, isHalted: isHalted)
        } catch {
            throw CommandError(address.path, cause: error)
        }
    }

    private static func create(
        path: String, document: [UInt8], isHalted: @escaping @Sendable () -> Bool
    ) throws(StoreError) -> any WritableStore {
        var status = stat()
        if path.withFileName({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG {
            throw StoreError(.denied, "is a file; only stores that are folders can be written to", key: "")
        }
        return try DirectoryStore.create(path: path, document: document, isHalted: isHalted)
    }

    /// Removes the store at `address`, which was made for an import, if nothing was imported; but not its folder if `keepsFolder`.
    static func removeBare(
        _ address: StoreAddress, _ access: StoreAccess, keepsFolder: Bool
    ) throws(CommandError) {
        guard !address.isRemote else { return try access.remote.removeBare(address) }
        do throws(StoreError) {
            try DirectoryStore.removeBare(path: address.path, keepsFolder: keepsFolder)
        } catch {
            throw CommandError("\(address.path): the empty store cannot be removed", cause: error)
        }
    }
}
