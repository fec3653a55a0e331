import Recordings
import Support
import Synchronization

/// A directory of the plain tree with the coded streams of its recordings as files.
///
/// Directories have the names that they have in the plain tree. A file has the name of the WAV file with another ending, which follows from
/// the codec: so the recordings are learned when the directory is first looked into. Those that have no coded file are left out.
final class CodedDirectory: Directory {
    private let plain: GroupDirectory
    /// The name of the view.
    private let view: String
    private let making = SingleFlight<Members>()
    /// What `making` has made.
    private let made = AtomicLazyReference<Members>()

    /// The members of the plain directory, with their names in this one.
    private final class Members: Sendable {
        let contents: GroupContents
        let directories: [CodedDirectory]
        /// The numbers of the recordings, in the order in which they were named.
        let recordings: [UInt32]
        let naming: FileNaming
        let sizes = CodedFileSizes()
        let checksums: StoredReport?

        init(_ plain: GroupDirectory, _ make: (GroupDirectory) -> CodedDirectory) {
            let members = plain.members
            let contents = members.contents
            let groups = (0..<members.count).filter { members.recording(at: $0) == nil }
            let places = members.placesOfRecordings()
            let endings = Parallel.map(Array(places.indices)) { number in
                (try? contents.facts(of: number)).flatMap { facts in
                    facts.codedFile == nil ? nil : CodecRegistry.fileExtension(of: facts.codec).map { ".\($0)" }
                }
            }
            let recordings = endings.indices.filter { endings[$0] != nil }
            let directories = groups.compactMap { members.directory(at: $0) }.map(make)
            let naming = FileNaming(
                count: directories.count + recordings.count, reserved: [ChecksumLines.fileName]
            ) { member in
                guard member >= directories.count else {
                    let name = String(fileBytes: members.name(at: groups[member]))
                    return FileNaming.Child(name: FileName(directory: name), number: nil)
                }
                let number = recordings[member - directories.count]
                return FileNaming.Child(
                    name: FileName(wave: members.name(at: places[number]), ending: endings[number] ?? ""),
                    number: contents.naming(of: number).number)
            }
            self.contents = contents
            self.directories = directories
            self.recordings = recordings.map { UInt32(clamping: $0) }
            self.naming = naming
            checksums = StoredReport(about: contents, modified: plain.modified) { [recordings = self.recordings] in
                ChecksumLines.text(count: naming.names.count) { place in
                    let member = Int(naming.children[place]) - directories.count
                    guard member >= 0, let facts = try? contents.facts(of: Int(recordings[member])),
                        facts.codedFile?.isSource == true
                    else { return nil }
                    return facts.validSourceSHA256
                } name: {
                    Array(naming.names[$0])
                }
            }
        }

        /// The number of the recording at `place`; nil if there is a directory.
        func recording(at place: Int) -> Int? {
            let member = Int(naming.children[place]) - directories.count
            return member < 0 ? nil : Int(recordings[member])
        }
    }

    /// The coded files of the recordings in `plain`, in the view called `view`.
    init(of plain: GroupDirectory, view: String) {
        self.plain = plain
        self.view = view
    }

    var modified: Timestamp { plain.modified }
    var caching: NodeCaching { plain.caching }
    var extendedAttributes: [(name: String, value: String)] { plain.extendedAttributes }
    var count: Int { members.naming.names.count }

    func name(at place: Int) -> [UInt8] { Array(members.naming.names[place]) }

    func identity(at place: Int) -> NodeIdentity {
        let members = members
        guard let number = members.recording(at: place) else {
            let group = members.directories[Int(members.naming.children[place])].plain.group
            return .builtIn(path: "\(view)/group /\(group.path)")
        }
        return .builtIn(path: "\(view)/recording /\(members.contents.path(of: number))")
    }

    func child(at place: Int) -> Child {
        let members = members
        guard let number = members.recording(at: place) else {
            return .directory(members.directories[Int(members.naming.children[place])])
        }
        return .file(CodedRecordingFile(contents: members.contents, number: number, sizes: members.sizes))
    }

    private var members: Members {
        made.load()
            ?? making.get {
                let members = Members(plain) { CodedDirectory(of: $0, view: view) }
                // Of recordings that were to be learned when the work was given up, nothing is known.
                return Cancellation.isRequested ? members : made.storeIfNil(members)
            }
    }
}

extension CodedDirectory: ChecksumSource {
    var checksums: StoredReport? { members.checksums }
    var checksumPath: String { "\(view)/\(plain.group.path)" }
    func lowerBound(of name: [UInt8]) -> Int { members.naming.names.lowerBound(of: name) }
}
