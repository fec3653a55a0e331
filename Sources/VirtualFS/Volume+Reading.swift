import Recordings
public import Support

extension Volume {
    /// Whether the file `inode` may be another each time it is opened, with a size that shows only by reading to its end:
    /// nobody may keep bytes of it.
    public func isLive(_ inode: Inode) throws(VirtualFSError) -> Bool {
        guard case .report(let report) = tree.nodes[try tree.index(of: inode)].content else { return false }
        return report.isLive
    }

    /// Opens the file `inode` and returns its handle, to be released once.
    public func open(_ inode: Inode, writing: Bool = false) throws(VirtualFSError) -> UInt64 {
        let index = try tree.index(of: inode)
        if writing { throw .readOnly }
        let path = tree.nodes.path(of: index)
        let file: OpenFile?
        switch tree.nodes[index].content {
        case .directory: throw .isDirectory
        case .report(let report): file = OpenFile(text(of: report), path: path)
        case .recording(let entry):
            guard let recording = try? entry.recording() else { throw .notFound }
            file = OpenFile(recording, path: path, prefetcher: prefetcher)
        }
        guard let file else { throw .invalid }
        return openFiles.add(file)
    }

    /// The `size` bytes from `offset` on of the open file `handle`, in order; fewer only where the file ends.
    ///
    /// The bytes are those of cached blocks, which live as long as the slices. A range that cannot be decoded is
    /// `unreadable`, and the log has one line for it, however often it is read: file, recording, samples and reason.
    public func read(_ handle: UInt64, offset: UInt64, size: UInt64) throws(VirtualFSError) -> [BlockSlice] {
        try read(openFiles.file(handle), offset: offset, size: size)
    }

    /// Gives `reply` what `read` returns, and counts the request and how long it took.
    public func answerRead(
        _ handle: UInt64, offset: UInt64, size: UInt64, reply: ([BlockSlice]) -> Void
    ) throws(VirtualFSError) {
        let file = try openFiles.file(handle)
        guard file.recording != nil else {
            requests.add(.report)
            return reply(try read(file, offset: offset, size: size))
        }
        requests.add(.read)
        let began = ContinuousClock.now
        defer { requests.readSeconds.add(ContinuousClock.now - began) }
        do {
            let slices = try read(file, offset: offset, size: size)
            requests.readBytes.add(slices.reduce(0) { $0 + UInt64($1.count) })
            reply(slices)
        } catch {
            requests.readErrors.add()
            throw error
        }
    }

    private func read(_ file: OpenFile, offset: UInt64, size: UInt64) throws(VirtualFSError) -> [BlockSlice] {
        try serving(file.path) { () throws(RecordingError) in try file.read(offset: offset, size: size) }
    }

    /// What `body` gives; what it throws is said in the log as a fault of the file at `path`, and is `unreadable`.
    private func serving<T>(_ path: String, _ body: () throws(RecordingError) -> T) throws(VirtualFSError) -> T {
        do {
            return try body()
        } catch {
            log.sayOnce(.error, key: error.summary, "\(path): \(error)")
            throw .unreadable(error)
        }
    }

    /// Ends the use of `handle`.
    public func release(_ handle: UInt64) throws(VirtualFSError) {
        try openFiles.remove(handle)
    }
}
