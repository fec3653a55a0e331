import Support

/// A file that can be read.
protocol File: Node {
    /// What stat(2) reports of it in `volume`; throws `notFound` if it cannot be served.
    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus
    /// Opens it for somebody who reads it in `volume`, where its path below the mountpoint is `path`.
    func open(in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile
}

/// What a file says of itself to stat(2).
struct FileStatus {
    /// Bytes, exact, at most `Int64.max`.
    let size: UInt64
    let modified: Timestamp
}
