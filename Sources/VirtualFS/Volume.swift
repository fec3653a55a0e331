public import Recordings
public import Support
import Synchronization

/// A catalogue as a file system that can only be read: what a mount shows, without the mounting.
///
/// What it shows never changes. What is not known yet when somebody asks is found out then; `learn()` finds out everything.
/// Asked from any thread. Nothing in it knows of FUSE.
public final class Volume: Sendable {
    let openFiles = OpenFiles()
    let log: Log
    let prefetcher: Prefetcher?
    let requests = RequestCounters()
    let sources: MetricSources
    let began = ContinuousClock.now
    private let options: VolumeOptions
    private let findRecordings: @Sendable () -> Catalogue
    private let content = SingleFlight<Content>()
    private let reports = Reports()

    private struct Content: Sendable {
        let catalogue: Catalogue
        let tree: Tree
    }

    private struct Reports: Sendable {
        let problems = SingleFlight<Block>()
        let recordings = SingleFlight<Block>()
    }

    /// The volume of the catalogue that `findRecordings` makes, once, when something below the root is asked for. Reads that
    /// fail are told to `log`; `prefetcher` decodes ahead of sequential ones. What the volume does not know of its
    /// metrics itself is taken from `sources`.
    public init(
        options: VolumeOptions = VolumeOptions(), prefetcher: Prefetcher? = nil,
        sources: MetricSources = MetricSources(), log: Log,
        findRecordings: @escaping @Sendable () -> Catalogue
    ) {
        self.options = options
        self.log = log
        self.prefetcher = prefetcher
        self.sources = sources
        self.findRecordings = findRecordings
    }

    /// The volume of what `catalogue` holds.
    public convenience init(
        _ catalogue: Catalogue, options: VolumeOptions = VolumeOptions(), prefetcher: Prefetcher? = nil,
        sources: MetricSources = MetricSources(), log: Log
    ) {
        self.init(options: options, prefetcher: prefetcher, sources: sources, log: log) { catalogue }
        _ = readContent
    }

    var tree: Tree { readContent.tree }

    private var readContent: Content {
        content.get {
            let catalogue = findRecordings()
            return Content(catalogue: catalogue, tree: TreeBuilder(catalogue, options: options).build())
        }
    }

    // MARK: - What there is

    /// Finds out everything that is not known yet, in the order of the directories, on all processors.
    public func learn() {
        let entries = entries
        let run = 64
        Parallel.forEach(count: (entries.count + run - 1) / run) { number in
            // Backwards: who lists a directory meanwhile, forwards, does not wait for one entry after the other.
            for index in (number * run..<min((number + 1) * run, entries.count)).reversed() {
                _ = try? entries[index].entry.recording()
            }
        }
    }

    /// The recordings that are served, ordered by their place in the volume, and the paths of their WAV files below its root.
    /// What is not known yet is found out.
    public var recordingFiles: [(recording: Recording, path: String)] { Array(servedFiles) }

    /// The same, one after the other: all of them together take more memory than what is known of them.
    private var servedFiles: some Sequence<(recording: Recording, path: String)> {
        learn()
        let nodes = tree.nodes
        return entries.lazy.compactMap { node, entry in
            (try? entry.recording()).map { (recording: $0, path: nodes.path(of: node)) }
        }
    }

    /// How many recordings are served. What is not known yet is found out.
    public var recordingCount: Int {
        learn()
        return entries.count { $0.entry.knownRecording != nil }
    }

    /// What could not be made a file, and why: what `.zarrwlr/problems.txt` tells. What is not known yet is found out.
    public var problems: [RecordingError] {
        learn()
        return scanProblems(of: readContent)
            + entries.compactMap { _, entry in
                do throws(RecordingError) {
                    _ = try entry.recording()
                    return nil
                } catch {
                    return error
                }
            }
    }

    /// What could not be looked into of what the volume shows.
    private func scanProblems(of content: Content) -> [RecordingError] {
        let hierarchy = GroupHierarchy(top: options.group)
        return content.catalogue.scanProblems.filter { hierarchy.contains($0.recording) }
    }

    /// The nodes of recordings, served or not.
    private var entries: [(node: Int, entry: CatalogueEntry)] {
        tree.nodes.enumerated().compactMap { index, node in
            guard case .recording(let entry) = node.content else { return nil }
            return (index, entry)
        }
    }

    /// How many recordings are learned, how many are not looked at yet, and how many cannot be served.
    var recordingCounts: (learned: Int, waiting: Int, problems: Int) {
        guard let content = content.current else { return (0, 0, 0) }
        var counts = (learned: 0, waiting: 0, problems: scanProblems(of: content).count)
        for case .recording(let entry) in content.tree.nodes.lazy.map(\.content) {
            switch entry.known {
            case .success: counts.learned += 1
            case .failure: counts.problems += 1
            case nil: counts.waiting += 1
            }
        }
        return counts
    }

    /// The text of `report`.
    func text(of report: Report) -> Block {
        switch report {
        case .problems: reports.problems.get { Block(Array(ProblemsText.text(of: problems).utf8)) }
        case .recordings: reports.recordings.get { Block(Array(RecordingsTable.text(of: servedFiles).utf8)) }
        case .metrics: Block(Array(PrometheusText.text(of: metrics).utf8))
        case .status: Block(Array(StatusDocument.text(of: metrics).utf8))
        }
    }

    // MARK: - Attributes

    /// What stat(2) tells of `inode`.
    public func attributes(of inode: Inode) throws(VirtualFSError) -> FileAttributes {
        // Who looks at the mountpoint need not wait for what is in it.
        if inode == .root {
            return attributes(inode, isDirectory: true, size: 0, modified: options.modified)
        }
        return try attributes(at: tree.index(of: inode))
    }

    /// What stat(2) tells of the file called `name` in the directory `parent`.
    public func lookup(_ name: [UInt8], in parent: Inode) throws(VirtualFSError) -> FileAttributes {
        try attributes(at: tree.child(name, of: tree.index(of: parent)))
    }

    /// Refuses what nobody may do with `inode`: writing, and running a file. Who may read it is for the kernel to say, which
    /// knows the caller (`allow_other`, `default_permissions`).
    public func checkAccess(to inode: Inode, writing: Bool, executing: Bool) throws(VirtualFSError) {
        let isDirectory = inode == .root ? true : tree.nodes[try tree.index(of: inode)].children != nil
        if writing { throw .readOnly }
        if executing && !isDirectory { throw .notPermitted }
    }

    /// What statfs(2) tells, of what is known by now.
    public var statistics: VolumeStatistics {
        let nodes = content.current?.tree.nodes ?? []
        let byteCount = nodes.reduce(0 as UInt64) { sum, node in
            guard case .recording(let entry) = node.content else { return sum }
            return sum.adding(entry.knownRecording?.waveByteCount ?? 0) ?? .max
        }
        return VolumeStatistics(byteCount: byteCount, fileCount: UInt64(nodes.count))
    }

    /// What stat(2) tells of the node at `index`; `notFound` where it is a recording that cannot be served.
    func attributes(at index: Int) throws(VirtualFSError) -> FileAttributes {
        let node = tree.nodes[index]
        switch node.content {
        case .directory:
            return attributes(node.inode, isDirectory: true, size: 0, modified: node.modified)
        case .recording(let entry):
            guard let recording = try? entry.recording(), let size = recording.waveByteCount else {
                throw .notFound
            }
            return attributes(
                node.inode, isDirectory: false, size: size, modified: recording.start ?? recording.modified)
        case .report(let report):
            let size = report.isLive ? 0 : UInt64(text(of: report).count)
            return attributes(node.inode, isDirectory: false, size: size, modified: node.modified)
        }
    }

    private func attributes(
        _ inode: Inode, isDirectory: Bool, size: UInt64, modified: Timestamp
    ) -> FileAttributes {
        FileAttributes(
            inode: inode, isDirectory: isDirectory, permissions: (isDirectory ? 0o555 : 0o444) & ~options.umask,
            owner: options.owner, group: options.ownerGroup, size: size, modified: modified)
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

    /// A volume of so many bytes and files.
    public init(byteCount: UInt64, fileCount: UInt64) {
        self.byteCount = byteCount
        self.fileCount = fileCount
    }
}
