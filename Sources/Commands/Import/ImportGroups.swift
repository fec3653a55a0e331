import Importing
import Recordings
import Synchronization
import Zarr

/// The groups of a store that files are imported into. Each is opened when it is first needed.
final class ImportGroups: Sendable {
    private let store: any WritableStore
    private let base: StoreAddress
    /// The groups by the bytes of their paths: a text equals another that has its accents composed, and a folder does not.
    private let groups = Mutex<[[UInt8]: AudioGroup]>([:])

    /// Groups at and below the group `base` of `store`.
    init(store: any WritableStore, base: StoreAddress) {
        self.store = store
        self.base = base
    }

    /// The group at the path `subgroup` below the base; empty for the base itself.
    func group(below subgroup: String) throws(ImportError) -> AudioGroup {
        let path = base.group(below: subgroup)
        let key = Array(path.utf8)
        do {
            return try groups.withLock { groups throws(ZarrError) in
                if let group = groups[key] { return group }
                let group = try AudioGroup(in: store, path: path)
                groups[key] = group
                return group
            }
        } catch {
            throw Self.error(error)
        }
    }

    /// Why nothing could be imported into the group at `path` of `store`; nil if it could.
    static func problem(of path: String, in store: any Store) -> ImportError? {
        do throws(ZarrError) {
            _ = try AudioGroup.missingGroups(at: path, of: store)
            return nil
        } catch {
            return Self.error(error)
        }
    }

    private static func error(_ cause: ZarrError) -> ImportError {
        ImportError("the group cannot be made", cause: cause)
    }
}
