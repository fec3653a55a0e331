import Support
import Zarr

/// A catalogue's source whose recordings are already known.
///
/// Paths are compared by their bytes: as Swift strings, two spellings of `é` would be equal.
struct KnownRecordings: CatalogueSource {
    private typealias Path = [UInt8]

    private static let slash = UInt8(ascii: "/")

    private struct Group {
        var groups: [Path] = []
        var recordings: [Recording] = []
        var problems: [RecordingError] = []
    }

    private var groups: [Path: Group] = [[]: Group()]
    private var recordings: [Path: Recording] = [:]

    var readCache: BlockCache? { nil }
    var requestsAtOnce: Int? { nil }

    init(_ all: [Recording], problems: [RecordingError]) {
        for recording in all {
            recordings[Self.normal(recording.path)] = recording
            addGroup(around: recording.path) { $0.recordings.append(recording) }
        }
        for problem in problems { addGroup(around: problem.recording) { $0.problems.append(problem) } }
    }

    func contents(of group: CatalogueGroup) -> GroupContents {
        guard let known = groups[Self.normal(group.path)] else { return GroupContents(of: group, [], source: self) }
        let subgroups = known.groups.map { path in
            CatalogueGroup(
                path: String(decoding: path, as: UTF8.self), modified: nil, depth: group.depth + 1, source: self,
                progress: group.progress)
        }
        var parts = [
            GroupContents.Part(
                RecordingPage.Draft(),
                others: known.problems.map { (0, .problem($0)) } + subgroups.map { (0, .group($0)) })
        ]
        var draft = RecordingPage.Draft()
        for recording in known.recordings {
            draft.add(KnownRecording(recording.facts))
            if draft.count == RecordingPage.capacity {
                parts.append(GroupContents.Part(draft))
                draft = RecordingPage.Draft()
            }
        }
        parts.append(GroupContents.Part(draft))
        return GroupContents(of: group, parts, source: self)
    }

    func renewed(
        _ contents: GroupContents, of group: CatalogueGroup, groups: [CatalogueGroup], extent: NoticedChanges.Extent
    ) -> GroupContents? { nil }

    func forget() {}

    func noteDisproof() {}

    var mayBeStale: Bool { false }

    func isReadable(_ path: String) -> Bool { false }

    func learn(_ path: String, isArray: Bool) throws(RecordingError) -> RecordingFacts {
        guard let recording = recordings[Self.normal(path)] else {
            throw RecordingError("is not known", recording: path)
        }
        return recording.facts
    }

    func endLearning() {}

    func recording(_ facts: RecordingFacts) -> Recording {
        guard let recording = recordings[Self.normal(facts.path)] else {
            preconditionFailure("facts that this gave are of a recording that it has")
        }
        return recording
    }

    func recording(at path: String, below root: String) throws(RecordingError) -> Recording? {
        recordings[Self.normal(path)]
    }

    /// Calls `add` with the group that the node at `path` is in, after adding that group and those around it if need
    /// be.
    private mutating func addGroup(around path: String, _ add: (inout Group) -> Void) {
        var inner: Path = []
        for name in path.utf8.split(separator: Self.slash).dropLast() {
            let outer = inner
            inner += (inner.isEmpty ? [] : [Self.slash]) + name
            if groups[inner] == nil {
                groups[inner] = Group()
                groups[outer]?.groups.append(inner)
            }
        }
        add(&groups[inner, default: Group()])
    }

    /// The bytes of `path` without superfluous slashes.
    private static func normal(_ path: String) -> Path {
        Array(path.utf8.split(separator: slash).joined(separator: [slash]))
    }
}
