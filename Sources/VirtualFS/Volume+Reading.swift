import Recordings
public import Support

extension Volume {
    /// Opens the file `inode` and returns its handle, which must be released once.
    public func open(_ inode: Inode, writing: Bool = false) throws(VirtualFSError) -> UInt64 {
        renew()
        let tree = snapshot.tree
        let entry = try tree.entry(of: inode)
        if writing { throw .readOnly }
        guard case .file(let file) = entry.child else { throw .isDirectory }
        return openFiles.add(try file.open(inode, in: self, path: tree.path(of: entry)))
    }

    /// Whether what was read from the open file `handle` before it was opened is what would be read from it now.
    public func keepsContent(_ handle: UInt64) throws(VirtualFSError) -> Bool {
        try openFiles.file(handle).keepsContent
    }

    /// Calls `reply` with the `size` bytes from `offset` on of the open file `handle`, in order; fewer only if the file ends before
    /// that. Counts the request and measures its duration, that of `reply` included.
    ///
    /// The bytes are those of cached blocks, which live as long as the slices.
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

    /// The `size` bytes from `offset` on of `file`. If it was rewritten since it was opened, it is `stale`. A range that cannot be decoded is `unreadable`, and the log has one line for it,
    /// however often it is read: file, recording, samples and reason.
    func read(_ file: any OpenFile, offset: UInt64, size: UInt64) throws(VirtualFSError) -> [BlockSlice] {
        do throws(RecordingError) {
            return try file.read(offset: offset, size: size)
        } catch {
            log.sayOnce(.error, key: error.summary, "\(file.path): \(error)")
            guard error.isChange else { throw .unreadable(error) }
            file.noticeChange()
            throw .stale(error)
        }
    }

    /// Closes the file with `handle`.
    public func release(_ handle: UInt64) throws(VirtualFSError) {
        try openFiles.remove(handle)
    }
}
