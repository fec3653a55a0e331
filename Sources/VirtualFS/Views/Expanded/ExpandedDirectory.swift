import Recordings
import Support

/// A directory of the plain tree with its recordings at a fraction of their sample rates, so that they sound slower and lower: what bats
/// call becomes audible.
///
/// It keeps nothing: names and their order are those of the plain directory.
final class ExpandedDirectory: Directory {
    private let plain: GroupDirectory
    /// The name of the view.
    private let view: String
    private let expansion: UInt32

    /// The recordings in `plain`, `expansion` times slower, in the view called `view`.
    init(of plain: GroupDirectory, view: String, expansion: UInt32) {
        self.plain = plain
        self.view = view
        self.expansion = expansion
    }

    var modified: Timestamp { plain.modified }
    var caching: NodeCaching { plain.caching }
    var extendedAttributes: [(name: String, value: String)] { plain.extendedAttributes }
    var count: Int { plain.count }

    func name(at place: Int) -> [UInt8] { plain.name(at: place) }

    func place(of name: [UInt8]) -> Int? { plain.place(of: name) }

    func identity(at place: Int) -> NodeIdentity { plain.identity(at: place).inView(view) }

    func child(at place: Int) -> Child {
        let members = plain.members
        if let directory = members.directory(at: place) {
            return .directory(ExpandedDirectory(of: directory, view: view, expansion: expansion))
        }
        return .file(
            ExpandedFile(
                contents: members.contents, number: members.recording(at: place) ?? 0, expansion: expansion))
    }
}

/// A recording at a fraction of its sample rate.
private struct ExpandedFile: ClippableFile {
    let contents: GroupContents
    let number: Int
    let expansion: UInt32

    private var excerpt: ExcerptFile { ExcerptFile(of: contents, number, expansion: expansion) }

    var caching: NodeCaching { excerpt.caching }
    var extendedAttributes: [(name: String, value: String)] { excerpt.extendedAttributes }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus { try excerpt.status(in: volume) }

    func open(_ inode: Inode, in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        try excerpt.open(inode, in: volume, path: path)
    }
}
