import Glibc
import Recordings
import Support
import Zarr

/// The recordings of the store that a command was given.
enum StoreCatalogue {
    /// Finds the recordings in the group `group` of the store at the absolute path `path`. What they decode is kept in `cache`.
    static func load(path: String, group: String, cache: BlockCache, log: Log) throws(CommandError) -> Catalogue {
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
            return try Catalogue(store: DirectoryStore(path: path), root: group, cache: cache, log: log)
        } catch {
            throw CommandError("\(path): cannot be served", cause: error)
        }
    }
}
