import Recordings
import Support

/// A file or directory of a volume.
struct Node: Sendable {
    /// What is in it.
    enum Content: Sendable {
        /// The children, by their indices in the tree, ordered by the bytes of their names.
        case directory(Range<Int>)
        /// A recording as a WAV file of `size` bytes.
        case recording(Recording, size: UInt64)
        /// Bytes that were made with the volume.
        case text(Block)
        /// Bytes that are made when the file is opened.
        case live(LiveText)
    }

    let inode: Inode
    /// The index of its directory; the root's is its own.
    let parent: Int
    let name: [UInt8]
    /// Where its group or recording is in the store; nil for what the volume adds.
    let storePath: String?
    var content: Content
    var modified: Timestamp
    /// How many directories are in it.
    var directoryCount = 0

    /// The children; nil for a file.
    var children: Range<Int>? {
        guard case .directory(let children) = content else { return nil }
        return children
    }

    /// Bytes of the file; none for a directory, and for what is not made yet.
    var size: UInt64 {
        switch content {
        case .directory, .live: 0
        case .recording(_, let size): size
        case .text(let block): UInt64(block.count)
        }
    }
}
