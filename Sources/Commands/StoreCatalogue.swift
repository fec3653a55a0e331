import Glibc
import Recordings
import Support
import Zarr

/// The store that a command was given, and its recordings.
enum StoreCatalogue {
    /// The catalogue of what `address` names in `store`. What is decoded is kept in `cache` and counted by `counters`; what was
    /// learned is taken from `file`.
    static func catalogue(
        of store: any Store, _ address: StoreAddress, cache: BlockCache, file: CatalogueFile? = nil,
        counters: DecodeCounters = DecodeCounters(), log: Log
    ) throws(CommandError) -> Catalogue {
        do {
            return try Catalogue(
                store: store, root: address.group, cache: cache, file: file, counters: counters, log: log)
        } catch {
            throw CommandError("\(address.path): cannot be served", cause: error)
        }
    }

    // MARK: - Kinds of stores

    /// The store at `path`, which must look like one. This and `create` are the only places that know which kinds there are.
    static func open(path: String) throws(CommandError) -> any Store {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw CommandError("cannot open the store", cause: SystemError("stat", path))
        }
        guard status.st_mode & S_IFMT == S_IFDIR, access("\(path)/zarr.json", F_OK) == 0 else {
            let isOlder = [".zgroup", ".zarray", ".zmetadata"].contains { access("\(path)/\($0)", F_OK) == 0 }
            throw CommandError(
                isOlder
                    ? "\(path): zarr_format 2 is not supported; convert it to Zarr v3"
                    : "\(path): not a Zarr v3 store, there is no zarr.json in it")
        }
        do {
            return try DirectoryStore(path: path)
        } catch {
            throw CommandError("\(path): cannot be served", cause: error)
        }
    }

    /// The store at `path` that is to be written to, made if there is none.
    static func create(path: String) throws(StoreError) -> any WritableStore {
        try DirectoryStore.create(path: path)
    }
}
