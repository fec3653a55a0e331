import Support

/// A file that can be read.
protocol File: Node {
    /// What stat(2) reports of it in `volume`; throws `notFound` if it cannot be served.
    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus
    /// Opens it in `volume`, in which its path below the mountpoint is `path`.
    func open(_ inode: Inode, in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile
}

/// What stat(2) reports of a file and of no other node.
struct FileStatus {
    /// Bytes, exact, at most `Int64.max`.
    let size: UInt64
    let modified: Timestamp
}
