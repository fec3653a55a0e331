import Recordings
public import Support

extension Volume {
    /// Opens the file `inode` and returns its handle, to be released once.
    public func open(_ inode: Inode, writing: Bool = false) throws(VirtualFSError) -> UInt64 {
        let tree = snapshot.tree
        let entry = try tree.entry(of: inode)
        if writing { throw .readOnly }
        guard case .file(let file) = entry.child else { throw .isDirectory }
        return openFiles.add(try file.open(in: self, path: tree.path(of: entry)))
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
        guard file.isRecording else {
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

    private func read(_ file: any OpenFile, offset: UInt64, size: UInt64) throws(VirtualFSError) -> [BlockSlice] {
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
