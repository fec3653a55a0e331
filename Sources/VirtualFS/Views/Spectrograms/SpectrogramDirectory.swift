import Recordings
import Spectrogram
import Support
import Synchronization

/// A directory of the plain tree with spectrograms of its recordings as files.
///
/// A picture has the name of the WAV file, but for its ending. Nothing is read before a picture is.
final class SpectrogramDirectory: Directory {
    /// The name of the view.
    private let view: String
    private let plain: GroupDirectory
    /// All pictures of a volume.
    private let maker: SpectrogramMaker
    private let making = SingleFlight<Members>()
    /// What `making` has made.
    private let made = AtomicLazyReference<Members>()

    /// The members of the plain directory, with their names in this one.
    private final class Members: Sendable {
        let plain: GroupDirectory.Members
        let names: ByteRows
        /// The places in the plain directory of those that have the names.
        let plainPlaces: [UInt32]
        /// By their places in the plain directory.
        let directories: [Int: SpectrogramDirectory]

        init(_ plain: GroupDirectory.Members, _ make: (GroupDirectory) -> SpectrogramDirectory) {
            self.plain = plain
            var directories: [Int: SpectrogramDirectory] = [:]
            for place in 0..<plain.count {
                if let directory = plain.directory(at: place) { directories[place] = make(directory) }
            }
            self.directories = directories
            // Directories come first, so that they have the names that they have in the plain directory.
            let order = directories.keys.sorted() + (0..<plain.count).filter { directories[$0] == nil }
            let naming = FileNaming(count: plain.count) { member in
                let place = order[member]
                guard let number = plain.recording(at: place) else {
                    return FileNaming.Child(name: FileName(existing: plain.name(at: place)), number: nil)
                }
                return FileNaming.Child(
                    name: FileName(stemOf: plain.name(at: place), ending: ".png"),
                    number: plain.contents.naming(of: number).number)
            }
            names = naming.names
            plainPlaces = naming.children.map { UInt32(clamping: order[Int($0)]) }
        }
    }

    /// The pictures of the recordings in `plain`, which `maker` makes, in the view called `view`.
    init(of plain: GroupDirectory, view: String, maker: SpectrogramMaker = SpectrogramMaker()) {
        self.plain = plain
        self.view = view
        self.maker = maker
    }

    var modified: Timestamp { plain.modified }
    var caching: NodeCaching { plain.caching }
    var extendedAttributes: [(name: String, value: String)] { plain.extendedAttributes }
    var count: Int { members.names.count }

    func name(at place: Int) -> [UInt8] { Array(members.names[place]) }

    func identity(at place: Int) -> NodeIdentity {
        plain.identity(at: Int(members.plainPlaces[place])).inView(view)
    }

    func child(at place: Int) -> Child {
        let members = members
        let plainPlace = Int(members.plainPlaces[place])
        if let directory = members.directories[plainPlace] { return .directory(directory) }
        return .file(
            SpectrogramFile(
                contents: members.plain.contents, number: members.plain.recording(at: plainPlace) ?? 0, maker: maker))
    }

    private var members: Members {
        made.load()
            ?? making.get {
                made.storeIfNil(Members(plain.members) { SpectrogramDirectory(of: $0, view: view, maker: maker) })
            }
    }
}
