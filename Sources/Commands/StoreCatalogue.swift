import Glibc
import Recordings
import Support
import Zarr

/// The store that a command was given, and its recordings.
enum StoreCatalogue {
    /// Finds the recordings in the group `group` of the store at `path`. What they decode is kept in `cache`.
    static func load(path: String, group: String, cache: BlockCache, log: Log) throws(CommandError) -> Catalogue {
        let store = try open(path: path)
        do {
            return try Catalogue(store: store, root: group, cache: cache, log: log)
        } catch {
            throw CommandError("\(path): cannot be served", cause: error)
        }
    }

    /// As above, but the recordings are only looked for when the result is called; that the group is there is seen to now.
    /// What was learned is taken from `file`, what is decoded is counted by `counters`.
    static func deferred(
        path: String, group: String, cache: BlockCache, file: CatalogueFile?, counters: DecodeCounters, log: Log
    ) throws(CommandError) -> @Sendable () -> Catalogue {
        let store = try open(path: path)
        do {
            _ = try ZarrGroup.open(store, path: group)
        } catch {
            throw CommandError("\(path): cannot be served", cause: error)
        }
        return {
            do {
                return try Catalogue(
                    store: store, root: group, cache: cache, file: file, counters: counters, log: log)
            } catch {
                let problem = RecordingError("its groups cannot be listed", recording: group, cause: error)
                log.say(.error, problem.description)
                return Catalogue(recordings: [], problems: [problem])
            }
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
