import Recordings
import Support
import Synchronization

/// `by-date`: the recordings of the whole store by the days on which they begin, each by its own clock. There is a directory for
/// each year, and in it one for each day; recordings whose start is not known are in one called `unknown`.
///
/// All recordings are learned when it is first looked into.
final class DateDirectory: Directory {
    let modified: Timestamp
    let extendedAttributes: [(name: String, value: String)] = []
    private let catalogue: Catalogue
    /// Its path below the mountpoint.
    private let path: String
    private let sorting = SingleFlight<RecordingsByDay>()
    /// What `sorting` has made.
    private let sorted = AtomicLazyReference<RecordingsByDay>()

    /// The recordings of `tree`, in the directory called `name`.
    init(of tree: PlainTree, name: String, options: VolumeOptions) {
        catalogue = tree.catalogue
        path = name
        modified = options.modified
    }

    var caching: NodeCaching { sorted.load()?.directory.caching ?? .unsettled }
    var isOutdated: Bool { sorted.load()?.isOutdated ?? false }

    func prepare() throws(VirtualFSError) {
        guard sorted.load() == nil else { return }
        let made = try sorting.get { () throws(VirtualFSError) in
            try RecordingsByDay(catalogue, path: path, modified: modified)
        }
        _ = sorted.storeIfNil(made)
    }

    var count: Int { sorted.load()?.directory.count ?? 0 }

    func name(at place: Int) -> [UInt8] { sorted.load()?.directory.name(at: place) ?? [] }

    func identity(at place: Int) -> NodeIdentity {
        sorted.load()?.directory.identity(at: place) ?? .builtIn(path: path)
    }

    func child(at place: Int) -> Child { sorted.load()?.directory.child(at: place) ?? .directory(self) }
}
