import Support

/// A report that is made anew whenever it is opened. Its size is reported as 0, as that of files in /proc, since it is
/// not known before the report is made.
struct LiveReport: File {
    let modified: Timestamp
    /// Makes the text of the metrics.
    let text: @Sendable ([Metric]) -> String

    var caching: NodeCaching { .live }
    var extendedAttributes: [(name: String, value: String)] { [] }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus {
        FileStatus(size: 0, modified: modified)
    }

    func open(_ inode: Inode, in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        OpenText(path: path, text: Block(Array(text(volume.metrics).utf8)))
    }
}
