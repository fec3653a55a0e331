public import Recordings
public import Support
import Synchronization

/// A catalogue as a read-only file system: all that a mount shows, without FUSE.
///
/// What it shows changes only if a request finds that what could not be read can be read now, or by `reload`. What is not known yet is
/// learned when it is asked for; `learn()` learns everything. All methods can be called from any thread.
public final class Volume: Sendable {
    let openFiles = OpenFiles()
    let openDirectories = OpenDirectories()
    private let requestsUnderWay = RequestsUnderWay()
    /// Held by whoever makes a snapshot from the one that is shown.
    private let renewing = Mutex<Void>(())
    let log: Log
    let prefetcher: Prefetcher?
    let requests = RequestCounters()
    let sources: MetricSources
    let began = ContinuousClock.now
    private let current: Mutex<Snapshot>
    private let unlisted = UnlistedFiles()
    /// Makes the kernel forget what it keeps; nil if there is no kernel.
    private let invalidation = Mutex<(@Sendable (Invalidation) -> Void)?>(nil)
    let options: VolumeOptions

    /// A volume of the recordings in `catalogue`. Reads that fail are reported to `log`; `prefetcher` decodes ahead of
    /// sequential ones. `sources` has the metrics that the volume does not count itself.
    public init(
        _ catalogue: Catalogue, options: VolumeOptions = VolumeOptions(), prefetcher: Prefetcher? = nil,
        sources: MetricSources = MetricSources(), log: Log
    ) {
        self.options = options
        self.log = log
        self.prefetcher = prefetcher
        self.sources = sources
        current = Mutex(Snapshot(catalogue, options: options, unlisted: unlisted))
    }

    /// What is shown now.
    var snapshot: Snapshot { current.withLock { $0 } }

    /// Shows what could not be read before and can be read now; false if there is no such thing.
    @discardableResult
    func renew() -> Bool {
        // Whoever holds it shows something newer soon.
        renewing.withLockIfAvailable { _ in
            let previous = snapshot
            let shown = previous.plain.catalogue
            guard let catalogue = shown.renewed() ?? (previous.isOutdated ? shown : nil) else { return false }
            show(catalogue, inPlaceOf: previous)
            return true
        } ?? false
    }

    /// Shows what `reload` returns in place of the catalogue that is shown, unless that is nil, and makes the kernel forget what has changed.
    /// Returns whether anything has. To be called by a thread that answers no requests.
    public func reload(_ reload: (Catalogue) -> Catalogue?) -> Bool {
        let changes = renewing.withLock { _ -> [ChangedDirectory]? in
            let previous = snapshot
            guard let catalogue = reload(previous.plain.catalogue) else { return nil }
            return show(catalogue, inPlaceOf: previous)
        }
        guard let changes else { return false }
        // Whatever is answered from the previous snapshot, the kernel keeps. It forgets only what it has by then.
        requestsUnderWay.waitForAll(atMost: Self.patienceSeconds)
        unlisted.follow(snapshot.tree)
        for change in changes {
            // The checksums may be empty, and then are not there, though the directory has them.
            let names = change.names + unlisted.names(of: change.names, in: change.inode) + [ChecksumLines.fileName]
            invalidate(.names(names, in: change.inode))
        }
        return true
    }

    /// How long a request may take that was answered from a previous snapshot, before it is not waited for.
    private static let patienceSeconds = 10

    /// Shows `catalogue`. All that was known of the tree of `previous` is known of the new one at once, so that no request has to find it.
    @discardableResult
    private func show(_ catalogue: Catalogue, inPlaceOf previous: Snapshot) -> [ChangedDirectory] {
        var next = Snapshot(catalogue, options: options, unlisted: unlisted, previous: previous)
        let changes = next.tree.follow(previous.tree)
        // The old one is freed outside the lock.
        current.withLock { swap(&$0, &next) }
        return changes
    }

    /// Calls `body`, which answers a request whose answer the kernel may keep.
    public func answering<T>(_ body: () throws(VirtualFSError) -> T) throws(VirtualFSError) -> T {
        let began = requestsUnderWay.begin()
        defer { requestsUnderWay.end(began) }
        return try body()
    }

    /// From now on, `body` is called with what the kernel may not keep any more. Unless names have changed, it is called by whoever answers a
    /// request, and must not wait for any.
    public func onInvalidation(_ body: @escaping @Sendable (Invalidation) -> Void) {
        invalidation.withLock { $0 = body }
    }

    /// `what` may not be kept any more.
    func invalidate(_ what: Invalidation) {
        invalidation.withLock { $0 }?(what)
    }

    /// Whether what is shown changes by `reload`.
    public var isLiving: Bool { options.isLiving }

    /// Whether there is a directory with reports of the volume about itself.
    public var hasReports: Bool { options.hasReports }

    // MARK: - The whole store

    /// Learns everything that is not known yet, on all processors. Requests that come meanwhile take precedence.
    public func learn() {
        snapshot.plain.catalogue.learn()
    }

    /// How much is known so far.
    public var counts: CatalogueCounts { snapshot.plain.catalogue.counts }

    /// Learns everything, and calls `body` with each recording that is served and the path below the root that its file has, or would
    /// have if the files were called as `kind` says, in the catalogue's order.
    public func forEachRecording(
        files kind: RecordingFileKind = .wave, _ body: (_ recording: Recording, _ path: String) -> Void
    ) {
        learn()
        snapshot.plain(kind).forEachRecording { contents, number, path in
            if let recording = try? contents.recording(number) { body(recording, path) }
        }
    }

    /// Lists all groups, and calls `body` with the path below the root of each directory that shows one, except the root. A directory
    /// comes before those in it.
    public func forEachDirectory(files kind: RecordingFileKind = .wave, _ body: (_ path: String) -> Void) {
        snapshot.plain(kind).forEachDirectory { _, path in
            if !path.isEmpty { body(path) }
        }
    }

    /// Learns everything, and calls `body` with each problem in `.zarrwlr/problems.txt`.
    public func forEachProblem(_ body: (RecordingError) -> Void) {
        ProblemsText.forEachProblem(of: snapshot.plain, body)
    }

    // MARK: - One recording

    /// The path below the root of the WAV file of the recording at `path` of the store; nil if there is none. Only the groups on
    /// the way are listed.
    public func filePath(ofRecording path: String) -> String? {
        snapshot.plain.path(ofRecording: path)
    }

    /// The recording whose WAV file has that `path` below the root; nil if there is none. Only the groups on the way are listed.
    public func recording(ofFile path: String) -> Recording? {
        let tree = snapshot.tree
        guard var entry = try? tree.entry(of: .root) else { return nil }
        for name in path.fileBytes.split(separator: UInt8(ascii: "/")) {
            guard let child = try? tree.child(Array(name), of: entry) else { return nil }
            entry = child
        }
        guard case .file(let file as RecordingFile) = entry.child else { return nil }
        return try? file.contents.recording(file.number)
    }

    // MARK: - Attributes

    /// What stat(2) reports of `inode`.
    public func attributes(of inode: Inode) throws(VirtualFSError) -> FileAttributes {
        try attributes(of: snapshot.tree.entry(of: inode))
    }

    /// What stat(2) reports of the file called `name` in the directory `parent`. The caller knows its inode from then on, until it calls
    /// `forget`.
    public func lookup(_ name: [UInt8], in parent: Inode) throws(VirtualFSError) -> FileAttributes {
        do throws(VirtualFSError) {
            return try attributes(ofChild: name, in: parent)
        } catch .notFound {
            guard renew() else { throw .notFound }
            return try attributes(ofChild: name, in: parent)
        }
    }

    private func attributes(ofChild name: [UInt8], in parent: Inode) throws(VirtualFSError) -> FileAttributes {
        let tree = snapshot.tree
        let entry = try tree.lookUp(name, in: tree.entry(of: parent))
        let surplus = unlisted.takeSurplus()
        if !surplus.isEmpty { invalidate(.surplus(surplus)) }
        do throws(VirtualFSError) {
            return try attributes(of: entry)
        } catch {
            forget(entry.inode, count: 1)
            throw error
        }
    }

    /// Seconds that the caller of `lookup` may keep that there is no `name` in `parent`.
    public func absenceSeconds(of name: [UInt8], in parent: Inode) throws(VirtualFSError) -> Double {
        // If the recording comes, nobody knows which names of clips were looked up before.
        if options.isLiving, ClipName(name) != nil { return 0 }
        return try caching(of: parent).absenceSeconds
    }

    /// The caller no longer knows `inode` from `count` of its look-ups.
    public func forget(_ inode: Inode, count: UInt64) {
        unlisted.forget(inode, count: count)
    }

    /// How many files that no directory lists the callers of `lookup` know.
    var unlistedCount: Int { unlisted.count }

    /// What the kernel may keep of `inode`.
    public func caching(of inode: Inode) throws(VirtualFSError) -> NodeCaching {
        try snapshot.tree.entry(of: inode).child.node.caching
    }

    /// Throws if `inode` is to be written, or is a file that is to be run: nobody may do that. Who may read it is
    /// decided by the kernel, which knows the caller (`allow_other`, `default_permissions`).
    public func checkAccess(to inode: Inode, writing: Bool, executing: Bool) throws(VirtualFSError) {
        let entry = try snapshot.tree.entry(of: inode)
        if writing { throw .readOnly }
        if executing, case .file = entry.child { throw .notPermitted }
    }

    /// What statfs(2) reports, of what is known so far.
    public var statistics: VolumeStatistics {
        let counts = counts
        let reports = options.hasReports ? 1 + ReportDirectory.fileNames.count : 0
        let count = counts.groups + counts.recordings + reports
        return VolumeStatistics(byteCount: counts.waveByteCount, fileCount: UInt64(clamping: count))
    }

    /// What stat(2) reports of `entry`; `notFound` if it is a recording that cannot be served.
    /// `caching` stands for the node's own if it is given.
    func attributes(
        of entry: Tree.Entry, caching: NodeCaching? = nil
    ) throws(VirtualFSError) -> FileAttributes {
        let status: FileStatus
        let isDirectory: Bool
        switch entry.child {
        case .directory(let directory):
            status = FileStatus(size: 0, modified: try directory.modified)
            isDirectory = true
        case .file(let file):
            status = try file.status(in: self)
            isDirectory = false
        }
        return FileAttributes(
            inode: entry.inode, isDirectory: isDirectory,
            permissions: (isDirectory ? 0o755 : 0o644) & ~options.umask, owner: options.owner,
            group: options.ownerGroup, size: status.size, modified: status.modified,
            caching: caching ?? entry.child.node.caching)
    }
}

/// What the kernel may not keep of a volume any more.
public enum Invalidation: Sendable {
    /// The bytes and the attributes of a file.
    case content(Inode)
    /// That these names in a directory name what they did, or nothing, and what the directory lists.
    case names([[UInt8]], in: Inode)
    /// These names, of which there are too many, and which nobody need know any more.
    case surplus([KernelName])
}

/// What statfs(2) reports of a volume: all of it is used, and nothing is free.
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
