import Support
import Zarr

/// What a check finds at and below a group of a store.
struct StoreMembers {
    /// The paths of the group and of those below it.
    private(set) var groups: [String]
    /// The paths of the recordings.
    private(set) var recordings: [String] = []
    /// The nodes that cannot be read.
    private(set) var problems: [RecordingError] = []

    /// Lists what is at and below the group `root` of `store`. Throws if that is not a group, or cannot be read.
    init(of store: any Store, root: String, cache: BlockCache) throws(ZarrError) {
        let catalogue = try Catalogue(store: store, root: root, cache: cache, log: .silent)
        groups = [root]
        catalogue.forEachMember { contents, member in
            switch member {
            case .group(let group): groups.append(group.path)
            case .recording(let number): recordings.append(contents.path(of: number))
            case .problem(let problem): problems.append(problem)
            }
        }
    }
}
