import Recordings
import Support

/// A file or directory of a volume.
struct Node: Sendable {
    /// What is in it.
    enum Content: Sendable {
        /// The children, by their indices in the tree, ordered by the bytes of their names.
        case directory(Range<Int>)
        /// A recording as a WAV file.
        case recording(CatalogueEntry)
        /// A text that tells of the volume.
        case report(Report)
    }

    let inode: Inode
    /// The index of its directory; the root's is its own.
    let parent: Int
    let name: [UInt8]
    /// Where its group or recording is in the store; nil for what the volume adds.
    let storePath: String?
    var content: Content
    /// When it was last modified; a recording knows better.
    let modified: Timestamp

    /// The children; nil for a file.
    var children: Range<Int>? {
        guard case .directory(let children) = content else { return nil }
        return children
    }
}
