import Recordings
import Support
import Synchronization

/// A directory of the plain tree with a directory in the place of each recording, which has the recording in parts.
///
/// Directories of groups have the names that they have in the plain tree. That of a recording has the name of its file without the
/// ending; if that is taken, it gets another as `FileNaming` says.
final class PartsDirectory: Directory {
    private let plain: GroupDirectory
    /// The name of the view.
    private let view: String
    /// The most bytes of a part.
    private let byteCount: UInt64
    private let making = SingleFlight<Members>()
    /// What `making` has made.
    private let made = AtomicLazyReference<Members>()

    /// The members of the plain directory, with their names in this one.
    private final class Members: Sendable {
        let plain: GroupDirectory.Members
        let directories: [PartsDirectory]
        /// The places of the recordings in the plain directory, in the order in which they were named.
        let recordings: [UInt32]
        let naming: FileNaming

        init(_ plain: GroupDirectory.Members, _ make: (GroupDirectory) -> PartsDirectory) {
            let places = 0..<plain.count
            let groups = places.filter { plain.recording(at: $0) == nil }
            let recordings = plain.placesOfRecordings().map { UInt32(clamping: $0) }
            self.plain = plain
            self.recordings = recordings
            directories = groups.compactMap { plain.directory(at: $0) }.map(make)
            naming = FileNaming(count: groups.count + recordings.count) { member in
                guard member >= groups.count else {
                    return FileNaming.Child(name: FileName(existing: plain.name(at: groups[member])), number: nil)
                }
                let number = member - groups.count
                return FileNaming.Child(
                    name: FileName(stemOf: plain.name(at: Int(recordings[number]))),
                    number: plain.contents.naming(of: number).number)
            }
        }

        /// The number of the recording at `place`; nil if there is a group.
        func recording(at place: Int) -> Int? {
            let number = Int(naming.children[place]) - directories.count
            return number < 0 ? nil : number
        }

        func name(at place: Int) -> [UInt8] { Array(naming.names[place]) }
    }

    /// The recordings in `plain` in parts of at most `byteCount` bytes, in the view called `view`.
    init(of plain: GroupDirectory, view: String, byteCount: UInt64) {
        self.plain = plain
        self.view = view
        self.byteCount = byteCount
    }

    var modified: Timestamp { plain.modified }
    var caching: NodeCaching { plain.caching }
    var extendedAttributes: [(name: String, value: String)] { plain.extendedAttributes }
    var count: Int { members.naming.names.count }

    func name(at place: Int) -> [UInt8] { members.name(at: place) }

    func identity(at place: Int) -> NodeIdentity {
        let members = members
        guard let number = members.recording(at: place) else {
            return members.directories[Int(members.naming.children[place])].plain.group.identity.inView(view)
        }
        return members.plain.contents.identity(of: number).inView(view)
    }

    func child(at place: Int) -> Child {
        let members = members
        guard let number = members.recording(at: place) else {
            return .directory(members.directories[Int(members.naming.children[place])])
        }
        return .directory(
            RecordingParts(
                of: members.plain.contents, number, name: members.name(at: place), view: view, byteCount: byteCount))
    }

    private var members: Members {
        made.load()
            ?? making.get {
                made.storeIfNil(
                    Members(plain.members) { PartsDirectory(of: $0, view: view, byteCount: byteCount) })
            }
    }
}
