import Recordings
import Support
import Synchronization

/// A group of the store as a directory: the groups in it are directories, and the recordings WAV files.
///
/// The group is listed, and its members are named, when the directory is first looked into.
final class GroupDirectory: Directory {
    let group: CatalogueGroup
    let modified: Timestamp
    /// Whether another directory may take its place.
    let isLiving: Bool
    /// What the names of recordings are those of.
    private let kind: RecordingFileKind
    /// The time of directories whose own time is not known.
    private let fallbackTime: Timestamp
    /// Names in this directory that are not for members of the group.
    private let reserved: [[UInt8]]
    private let making = SingleFlight<Members>()
    /// What `making` made. Every request needs it, so it is read without a lock.
    private let made = AtomicLazyReference<Members>()
    /// The directory whose place this one takes; nil if there is none, or once it is not needed any more.
    private let previous: Mutex<GroupDirectory?>

    /// The members of a group, and their names in the directory.
    final class Members: Sendable {
        /// The members as the store has them.
        let contents: GroupContents
        /// The groups, in the order in which they were named.
        let directories: [GroupDirectory]
        /// The names of all members, in the order of their bytes.
        fileprivate let names: ByteRows
        /// The member that has each name: the number of a group, or that of a recording plus the number of groups.
        fileprivate let members: [UInt32]

        /// The checksums of the recordings whose WAV files are their sources; nil if there is no such recording.
        let checksums: StoredReport?

        fileprivate init(
            _ contents: GroupContents, _ directories: [GroupDirectory], _ naming: FileNaming, modified: Timestamp,
            isLiving: Bool
        ) {
            self.contents = contents
            self.directories = directories
            names = naming.names
            members = naming.children
            guard contents.mayRestoreSources else {
                checksums = nil
                return
            }
            let firstRecording = directories.count
            checksums = StoredReport(about: contents, modified: modified, isLiving: isLiving) {
                ChecksumLines.text(count: naming.names.count) { place in
                    let number = Int(naming.children[place]) - firstRecording
                    guard number >= 0, let facts = try? contents.facts(of: number), facts.restoresSource else {
                        return nil
                    }
                    return facts.validSourceSHA256
                } name: {
                    Array(naming.names[$0])
                }
            }
        }

        var count: Int { names.count }

        /// The name at `place`.
        func name(at place: Int) -> ArraySlice<UInt8> { names[place] }

        /// The recording at `place`; nil for a directory.
        func recording(at place: Int) -> Int? {
            let number = Int(members[place]) - directories.count
            return number < 0 ? nil : number
        }

        /// The directory at `place`; nil for a recording.
        func directory(at place: Int) -> GroupDirectory? {
            let member = Int(members[place])
            return member < directories.count ? directories[member] : nil
        }

        /// The places of the recordings, by their numbers.
        func placesOfRecordings() -> [Int] {
            var places = [Int](repeating: 0, count: contents.recordingCount)
            for place in members.indices {
                if let number = recording(at: place) { places[number] = place }
            }
            return places
        }
    }

    /// The directory of `group` with files of that `kind`, none of whose members gets a name in `reserved`. Directories whose own time
    /// is not known have `fallbackTime`. What has not changed since `previous`, whose place it takes, is taken from there. Another directory
    /// may take its place if it `isLiving`.
    init(
        _ group: CatalogueGroup, files kind: RecordingFileKind = .wave, reserved: [[UInt8]] = [],
        fallbackTime: Timestamp, isLiving: Bool, previous: GroupDirectory? = nil
    ) {
        self.isLiving = isLiving
        self.previous = Mutex(previous)
        self.group = group
        self.kind = kind
        self.reserved = reserved
        self.fallbackTime = fallbackTime
        modified = group.modified ?? fallbackTime
    }

    /// Nothing is listed for it: whoever lists the directory that this one is in asks for it, too.
    var caching: NodeCaching {
        made.load()?.contents.isUnsettled == false ? .lasting : .unsettled
    }

    var extendedAttributes: [(name: String, value: String)] { [("path", "/\(group.path)")] }

    var count: Int { members.count }

    func name(at place: Int) -> [UInt8] { Array(members.names[place]) }

    func place(of name: [UInt8]) -> Int? {
        let names = members.names
        let place = names.lowerBound(of: name)
        return place < names.count && names.compare(place, with: name) == 0 ? place : nil
    }

    /// How many members have names that come before `name`.
    func lowerBound(of name: [UInt8]) -> Int { members.names.lowerBound(of: name) }

    func identity(at place: Int) -> NodeIdentity {
        let members = members
        if let directory = members.directory(at: place) { return directory.group.identity }
        return members.contents.identity(of: members.recording(at: place) ?? 0)
    }

    func child(at place: Int) -> Child {
        let members = members
        if let directory = members.directory(at: place) { return .directory(directory) }
        return .file(RecordingFile(contents: members.contents, number: members.recording(at: place) ?? 0))
    }

    /// The members, listed and named now unless they were before.
    var members: Members {
        made.load()
            ?? making.get {
                let contents = group.list()
                let known = takeKnown()
                let directories = Self.ordered(contents.groups).map { group in
                    let previous = known[group.path]
                    if let previous, previous.group === group { return previous }
                    return GroupDirectory(
                        group, files: kind, fallbackTime: fallbackTime, isLiving: isLiving, previous: previous)
                }
                let naming = FileNaming(
                    count: directories.count + contents.recordingCount, reserved: reserved + [ChecksumLines.fileName]
                ) { member in
                    guard member >= directories.count else {
                        return FileNaming.Child(name: FileName(directory: directories[member].group.name), number: nil)
                    }
                    let wanted = contents.naming(of: member - directories.count)
                    return FileNaming.Child(
                        name: FileName(source: wanted.sourceName, as: kind), number: wanted.number)
                }
                return made.storeIfNil(
                    Members(contents, directories, naming, modified: modified, isLiving: isLiving))
            }
    }

    /// The directories of the groups in the previous directory that was listed, by their paths.
    private func takeKnown() -> [String: GroupDirectory] {
        guard let previous = previous.withLock({ $0.take() })?.made.load() else { return [:] }
        return Dictionary(previous.directories.map { ($0.group.path, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// First the groups whose names can be file names as they are, then those whose names must be mended; each in the
    /// order of their bytes.
    private static func ordered(_ groups: [CatalogueGroup]) -> [CatalogueGroup] {
        groups
            .map { group in
                let name = Array(group.name.utf8)
                return (group: group, isMended: FileName(directory: group.name).bytes() != name, name: name)
            }
            .sorted { left, right in
                left.isMended == right.isMended ? left.name.lexicographicallyPrecedes(right.name) : right.isMended
            }
            .map(\.group)
    }
}

extension GroupDirectory: ChecksumSource {
    var checksums: StoredReport? { members.checksums }
    var checksumPath: String { group.path }
}
