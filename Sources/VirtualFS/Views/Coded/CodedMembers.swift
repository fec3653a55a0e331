import Recordings
import Support
import Synchronization

/// The members of a directory of the plain tree with the names of their coded files. All recordings in it are learned.
final class CodedMembers: Sendable {
    /// A member of the directory.
    enum Member {
        case directory(CodedDirectory)
        /// A recording, by its number.
        case recording(Int)
    }

    /// The checksums of the files that are source files.
    let checksums: StoredReport
    private let contents: GroupContents
    private let directories: [CodedDirectory]
    /// The numbers of the recordings, in the order in which they were named.
    private let recordings: [UInt32]
    private let naming: FileNaming
    private let sizes = CodedFileSizes()
    /// Recordings that could not be served.
    private let unserved: [Int]
    /// `GroupContents.healedCount` before the recordings were looked at.
    private let healedCount: Int
    /// When the recordings that could not be served were last tried again.
    private let lastLook = Mutex(ContinuousClock.now)

    /// The members of `plain`; `directory` makes a directory in the place of each that is a group. Throws `interrupted` if nobody waits
    /// for them any more.
    init(of plain: GroupDirectory, directory: (GroupDirectory) -> CodedDirectory) throws(VirtualFSError) {
        let members = plain.members
        let contents = members.contents
        healedCount = contents.healedCount
        let facts = Parallel.map(Array(0..<contents.recordingCount)) { number in Self.ending(of: number, in: contents) }
        guard !Cancellation.isRequested else { throw .interrupted }
        let places = members.placesOfRecordings()
        let groups = (0..<members.count).filter { members.recording(at: $0) == nil }
        let directories = groups.compactMap { members.directory(at: $0) }.map(directory)
        let endings = facts.map { (try? $0.get()) ?? nil }
        let recordings = endings.indices.filter { endings[$0] != nil }
        let naming = FileNaming(
            count: directories.count + recordings.count, reserved: [ChecksumLines.fileName]
        ) { member in
            guard member >= directories.count else {
                return FileNaming.Child(name: FileName(existing: members.name(at: groups[member])), number: nil)
            }
            let number = recordings[member - directories.count]
            return FileNaming.Child(
                name: FileName(stemOf: members.name(at: places[number]), ending: endings[number] ?? ""),
                number: contents.naming(of: number).number)
        }
        self.contents = contents
        self.directories = directories
        self.recordings = recordings.map { UInt32(clamping: $0) }
        self.naming = naming
        unserved = facts.indices.filter { if case .failure = facts[$0] { true } else { false } }
        checksums = StoredReport(about: contents, modified: plain.modified, isLiving: plain.isLiving) {
            [recordings = self.recordings, first = directories.count] in
            ChecksumLines.text(count: naming.names.count) { place in
                let member = Int(naming.children[place]) - first
                guard member >= 0, let facts = try? contents.facts(of: Int(recordings[member])),
                    facts.codedFile?.isSource == true
                else { return nil }
                return facts.validSourceSHA256
            } name: {
                Array(naming.names[$0])
            }
        }
    }

    /// What the name of the coded file of the recording `number` ends with; nil if it has none.
    private static func ending(of number: Int, in contents: GroupContents) -> Result<String?, RecordingError> {
        Result { () throws(RecordingError) in
            let facts = try contents.facts(of: number)
            guard facts.codedFile != nil else { return nil }
            return CodecRegistry.fileExtension(of: facts.codec).map { ".\($0)" }
        }
    }

    /// Whether no recording is missing.
    var isComplete: Bool { unserved.isEmpty }

    /// Whether a recording in it, or in a directory in it, is served now that could not be served. Those that could not be are tried again,
    /// but not all the time.
    var isOutdated: Bool {
        let isDue = lastLook.withLock { last in
            let now = ContinuousClock.now
            guard !unserved.isEmpty, now - last >= .seconds(1) else { return false }
            last = now
            return true
        }
        if isDue, unserved.contains(where: { (try? contents.status(of: $0)) != nil }) { return true }
        if !unserved.isEmpty, contents.healedCount != healedCount { return true }
        return directories.contains(where: \.isOutdated)
    }

    var count: Int { naming.names.count }

    func name(at place: Int) -> [UInt8] { Array(naming.names[place]) }

    func lowerBound(of name: [UInt8]) -> Int { naming.names.lowerBound(of: name) }

    func member(at place: Int) -> Member {
        let member = Int(naming.children[place])
        return member < directories.count
            ? .directory(directories[member]) : .recording(Int(recordings[member - directories.count]))
    }

    /// What identifies the recording `number`.
    func identity(of number: Int) -> NodeIdentity { contents.identity(of: number) }

    /// The coded file of the recording `number`.
    func file(of number: Int) -> CodedRecordingFile {
        CodedRecordingFile(contents: contents, number: number, sizes: sizes)
    }
}
