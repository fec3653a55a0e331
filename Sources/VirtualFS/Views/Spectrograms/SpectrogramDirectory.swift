import Recordings
import Spectrogram
import Support
import Synchronization

/// A directory of the plain tree with spectrograms of its recordings as files.
///
/// A picture has the name of the WAV file, but for its ending. Nothing is read before a picture is.
final class SpectrogramDirectory: Directory {
    /// The name of the view.
    let view: String
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
        /// The places of the members of the plain directory, by their places there.
        private let places: [UInt32]

        init(_ plain: GroupDirectory.Members, _ make: (GroupDirectory) -> SpectrogramDirectory) {
            self.plain = plain
            directories = (0..<plain.count).map { plain.directory(at: $0).map(make) }
            naming = FileNaming(count: plain.count) { place in
                guard let number = plain.recording(at: place) else {
                    return FileNaming.Child(
                        name: FileName(directory: String(fileBytes: plain.name(at: place))), number: nil)
                }
                let name = String(fileBytes: SpectrogramDirectory.wantedName(of: plain.name(at: place)))
                return FileNaming.Child(
                    name: FileName(source: name, as: .source), number: plain.contents.naming(of: number).number)
            }
            var places = [UInt32](repeating: 0, count: plain.count)
            for (place, child) in naming.children.enumerated() { places[Int(child)] = UInt32(clamping: place) }
            self.places = places
        }

        /// The name of the member at `place` of the plain directory.
        func name(ofPlain place: Int) -> [UInt8] { Array(naming.names[Int(places[place])]) }
    }

    /// The pictures of the recordings in `plain`, which `maker` makes, in the view called `view`.
    init(of plain: GroupDirectory, view: String, maker: SpectrogramMaker) {
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
        switch plain.identity(at: Int(members.naming.children[place])) {
        case .group(let path): .builtIn(path: "\(view)/group /\(path)")
        case .recording(let path): .builtIn(path: "\(view)/recording /\(path)")
        case .builtIn(let path): .builtIn(path: "\(view)/built in /\(path)")
        }
    }

    func child(at place: Int) -> Child {
        let members = members
        let plainPlace = Int(members.naming.children[place])
        if let directory = members.directories[plainPlace] { return .directory(directory) }
        return .file(
            SpectrogramFile(
                wave: RecordingFile(
                    contents: members.plain.contents, number: members.plain.recording(at: plainPlace) ?? 0),
                maker: maker))
    }

    private var members: Members {
        made.load()
            ?? making.get {
                made.storeIfNil(Members(plain.members) { SpectrogramDirectory(of: $0, view: view, maker: maker) })
            }
    }

    // MARK: - Names

    /// Calls `body` with this directory and those below it, and what each shows of the plain tree.
    func forEachDirectory(_ body: (SpectrogramDirectory, GroupDirectory.Members) -> Void) {
        let members = members
        body(self, members.plain)
        for directory in members.directories { directory?.forEachDirectory(body) }
    }

    /// The name of the picture of the recording at `place` of the plain directory.
    func name(ofPlain place: Int) -> [UInt8] { members.name(ofPlain: place) }

    /// The name that the picture of the recording with the WAV file `name` has, unless another file has it.
    static func wantedName(of name: ArraySlice<UInt8>) -> [UInt8] {
        Array(name.dropLast(".wav".utf8.count)) + Array(".png".utf8)
    }
}
