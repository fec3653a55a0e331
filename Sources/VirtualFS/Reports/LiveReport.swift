import Support

/// A report that is made anew whenever somebody opens it. Its size, as that of files in /proc, is 0 to those who ask before they
/// read.
struct LiveReport: File {
    let modified: Timestamp
    /// Makes the text of what there is to tell in numbers.
    let text: @Sendable ([Metric]) -> String

    var caching: NodeCaching { .live }
    var extendedAttributes: [(name: String, value: String)] { [] }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus {
        FileStatus(size: 0, modified: modified)
    }

    func open(in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        OpenText(path: path, text: Block(Array(text(volume.metrics).utf8)))
    }
}
