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
    private let making = SingleFlight<CodedMembers>()
    /// What `making` has made.
    private let made = AtomicLazyReference<CodedMembers>()

    /// The coded files of the recordings in `plain`, in the view called `view`.
    init(of plain: GroupDirectory, view: String) {
        self.plain = plain
        self.view = view
    }

    var modified: Timestamp { plain.modified }
    var caching: NodeCaching { made.load()?.isComplete == true ? plain.caching : .unsettled }
    var isOutdated: Bool { made.load()?.isOutdated ?? false }
    var extendedAttributes: [(name: String, value: String)] { plain.extendedAttributes }

    func prepare() throws(VirtualFSError) {
        guard made.load() == nil else { return }
        let members = try making.get { () throws(VirtualFSError) in
            try CodedMembers(of: plain) { CodedDirectory(of: $0, view: view) }
        }
        _ = made.storeIfNil(members)
    }

    var count: Int { made.load()?.count ?? 0 }

    func name(at place: Int) -> [UInt8] { made.load()?.name(at: place) ?? [] }

    func identity(at place: Int) -> NodeIdentity {
        guard let members = made.load() else { return .builtIn(path: view) }
        switch members.member(at: place) {
        case .directory(let directory): return directory.plain.group.identity.inView(view)
        case .recording(let number): return members.identity(of: number).inView(view)
        }
    }

    func child(at place: Int) -> Child {
        guard let members = made.load() else { return .directory(self) }
        switch members.member(at: place) {
        case .directory(let directory): return .directory(directory)
        case .recording(let number): return .file(members.file(of: number))
        }
    }
}

extension CodedDirectory: ChecksumSource {
    var checksums: StoredReport? { made.load()?.checksums }
    var checksumPath: String { "\(view)/\(plain.group.path)" }
    func lowerBound(of name: [UInt8]) -> Int { made.load()?.lowerBound(of: name) ?? 0 }
}
