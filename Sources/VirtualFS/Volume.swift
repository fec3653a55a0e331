public import Recordings
public import Support

/// A catalogue as a file system that can only be read: what a mount shows, without the mounting.
///
/// Built once, never changed, asked from any thread. Nothing in it knows of FUSE.
public final class Volume: Sendable {
    /// What could not be made a file, and why: what `.zarrwlr/problems.txt` tells.
    public let problems: [RecordingError]
    /// How many recordings are served.
    public let recordingCount: Int

    let tree: Tree
    let openFiles = OpenFiles()
    let log: Log
    let prefetcher: Prefetcher?
    let requests = RequestCounters()
    let sources: MetricSources
    let began = ContinuousClock.now
    private let options: VolumeOptions
    private let byteCount: UInt64

    /// The volume of what `catalogue` holds. Reads that fail are told to `log`; `prefetcher` decodes ahead of sequential ones;
    /// the volume's metrics take from `sources` what it does not know itself.
    public init(
        _ catalogue: Catalogue, options: VolumeOptions = VolumeOptions(), prefetcher: Prefetcher? = nil,
        sources: MetricSources = MetricSources(), log: Log
    ) {
        (tree, problems) = TreeBuilder(catalogue, options: options).build()
        self.options = options
        self.log = log
        self.prefetcher = prefetcher
        self.sources = sources
        recordingCount = tree.nodes.count { node in
            guard case .recording = node.content else { return false }
            return true
        }
        byteCount = tree.nodes.reduce(0) { sum, node in sum.adding(node.size) ?? .max }
    }

    /// The recordings that are served, ordered by their place in the volume, and the paths of their WAV files below its root.
    public var recordingFiles: [(recording: Recording, path: String)] {
        tree.nodes.indices.compactMap { index in
            guard case .recording(let recording, _) = tree.nodes[index].content else { return nil }
            return (recording, tree.nodes.path(of: index))
        }
    }

    /// How many recordings are learned, how many are not looked at yet, and how many cannot be served.
    var recordingCounts: (learned: Int, waiting: Int, problems: Int) {
        (learned: recordingCount, waiting: 0, problems: problems.count)
    }

    /// What stat(2) tells of `inode`.
    public func attributes(of inode: Inode) throws(VirtualFSError) -> FileAttributes {
        attributes(at: try tree.index(of: inode))
    }

    /// What stat(2) tells of the file called `name` in the directory `parent`.
    public func lookup(_ name: [UInt8], in parent: Inode) throws(VirtualFSError) -> FileAttributes {
        attributes(at: try tree.child(name, of: tree.index(of: parent)))
    }

    /// Refuses what nobody may do with `inode`: writing, and running a file. Who may read it is for the kernel to say, which
    /// knows the caller (`allow_other`, `default_permissions`).
    public func checkAccess(to inode: Inode, writing: Bool, executing: Bool) throws(VirtualFSError) {
        let node = tree.nodes[try tree.index(of: inode)]
        if writing { throw .readOnly }
        if executing && node.children == nil { throw .notPermitted }
    }

    /// What statfs(2) tells.
    public var statistics: VolumeStatistics {
        VolumeStatistics(byteCount: byteCount, fileCount: UInt64(tree.nodes.count))
    }

    func attributes(at index: Int) -> FileAttributes {
        let node = tree.nodes[index]
        let isDirectory = node.children != nil
        return FileAttributes(
            inode: node.inode, isDirectory: isDirectory,
            permissions: (isDirectory ? 0o555 : 0o444) & ~options.umask,
            linkCount: isDirectory ? 2 + node.directoryCount : 1,
            owner: options.owner, group: options.ownerGroup, size: node.size, modified: node.modified)
    }
}

/// What statfs(2) tells of a volume: all of it used, nothing free.
public struct VolumeStatistics: Sendable, Equatable {
    /// Bytes of all files together.
    public let byteCount: UInt64
    /// How many files and directories there are.
    public let fileCount: UInt64
    /// Bytes of a block in `blockCount`.
    public let blockSize: UInt64 = 4096
    /// The longest file name, in bytes.
    public let maximumNameByteCount = UInt64(FileName.maximumByteCount)

    /// The blocks that the files would fill.
    public var blockCount: UInt64 { byteCount / blockSize + (byteCount % blockSize == 0 ? 0 : 1) }
}
