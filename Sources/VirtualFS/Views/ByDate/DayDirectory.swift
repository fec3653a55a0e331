import Recordings
import Support

/// The recordings that begin on one day, of all groups of a store, as WAV files with the bytes of those in the plain tree.
///
/// Of equal names, the recording gets its own that comes first in the store.
final class DayDirectory: Directory {
    let modified: Timestamp
    let caching: NodeCaching
    let extendedAttributes: [(name: String, value: String)] = []
    private let groups: [GroupContents]
    private let members: [RecordingsByDay.Member]
    private let naming: FileNaming
    /// The name of the view.
    private let view: String

    /// The recordings `members`, in the order of the store, which are in `groups`.
    init(
        of members: [RecordingsByDay.Member], in groups: [GroupContents], view: String, modified: Timestamp,
        caching: NodeCaching
    ) {
        self.groups = groups
        self.members = members
        self.view = view
        self.modified = modified
        self.caching = caching
        naming = FileNaming(count: members.count) { index in
            let wanted = groups[Int(members[index].group)].naming(of: Int(members[index].number))
            return FileNaming.Child(name: FileName(source: wanted.sourceName), number: wanted.number)
        }
    }

    var count: Int { members.count }

    func name(at place: Int) -> [UInt8] { Array(naming.names[place]) }

    func identity(at place: Int) -> NodeIdentity {
        let file = file(at: place)
        return file.contents.identity(of: file.number).inView(view)
    }

    func child(at place: Int) -> Child { .file(file(at: place)) }

    private func file(at place: Int) -> RecordingFile {
        let member = members[Int(naming.children[place])]
        return RecordingFile(contents: groups[Int(member.group)], number: Int(member.number))
    }
}
