import Support
import Synchronization

/// A report that is made anew whenever it is opened. Its size is always the same, so that programs which look at the size first read
/// all of it.
final class LiveReport: File {
    private let modified: Timestamp
    private let text: any LiveText.Type
    /// Bytes of the text: which metrics there are does not change, and so neither does their longest text.
    private let byteCount = SingleFlight<Int>()

    /// A report that has the metrics as a `text`.
    init(_ text: any LiveText.Type, modified: Timestamp) {
        self.text = text
        self.modified = modified
    }

    var caching: NodeCaching { .live }
    var extendedAttributes: [(name: String, value: String)] { [] }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus {
        FileStatus(size: UInt64(byteCount(in: volume)), modified: modified)
    }

    func open(_ inode: Inode, in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        let text = text.text(of: volume.metrics, byteCount: byteCount(in: volume))
        return OpenText(path: path, text: Block(Array(text.utf8)))
    }

    private func byteCount(in volume: Volume) -> Int {
        byteCount.get { text.byteCount(of: volume.metrics) }
    }
}
