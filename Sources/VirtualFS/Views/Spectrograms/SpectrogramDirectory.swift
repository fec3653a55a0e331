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

    /// The members of the plain directory by their places there, with their names in this one.
    private final class Members: Sendable {
        let plain: GroupDirectory.Members
        /// By their places in the plain directory; nil for recordings.
        let directories: [SpectrogramDirectory?]
        let naming: FileNaming

        init(_ plain: GroupDirectory.Members, _ make: (GroupDirectory) -> SpectrogramDirectory) {
            self.plain = plain
            directories = (0..<plain.count).map { plain.directory(at: $0).map(make) }
            naming = FileNaming(count: plain.count) { place in
                guard let number = plain.recording(at: place) else {
                    return FileNaming.Child(name: FileName(existing: plain.name(at: place)), number: nil)
                }
                return FileNaming.Child(
                    name: FileName(stemOf: plain.name(at: place), ending: ".png"),
                    number: plain.contents.naming(of: number).number)
            }
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
    var count: Int { members.naming.names.count }

    func name(at place: Int) -> [UInt8] { Array(members.naming.names[place]) }

    func identity(at place: Int) -> NodeIdentity {
        plain.identity(at: Int(members.naming.children[place])).inView(view)
    }

    func child(at place: Int) -> Child {
        let members = members
        let plainPlace = Int(members.naming.children[place])
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
