import Recordings
import Support
import Synchronization

/// A report about a tree, which changes only if something can be read that could not be read before. It is made when its size is first
/// asked for.
final class StoredReport: File {
    let extendedAttributes: [(name: String, value: String)] = []
    private let modified: Timestamp
    private let tree: PlainTree
    private let isLiving: Bool
    private let make: @Sendable (PlainTree) -> PiecewiseText
    private let made = Mutex<(text: SingleFlight<PiecewiseText>, healedCount: Int)>((SingleFlight(), 0))

    /// The report that `make` makes of `tree`.
    init(
        about tree: PlainTree, options: VolumeOptions, make: @escaping @Sendable (PlainTree) -> PiecewiseText
    ) {
        self.tree = tree
        modified = options.modified
        isLiving = options.isLiving
        self.make = make
    }

    var caching: NodeCaching { isLiving || tree.catalogue.isUnsettled ? .changing : .lasting }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus {
        FileStatus(size: text().byteCount, modified: modified)
    }

    func open(_ inode: Inode, in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        OpenReport(text: text(), path: path)
    }

    private func text() -> PiecewiseText {
        let healedCount = tree.catalogue.healedCount
        let text = made.withLock { made in
            if made.healedCount != healedCount { made = (SingleFlight(), healedCount) }
            return made.text
        }
        return text.get { make(tree) }
    }
}

/// A stored report that is open.
private final class OpenReport: OpenFile {
    let path: String
    private let text: PiecewiseText
    /// The pieces that were read last, several of them: the kernel reads ahead with several requests at once.
    private let last = Mutex<[(index: Int, bytes: Block)]>([])
    private static let lastCount = 8

    init(text: PiecewiseText, path: String) {
        self.text = text
        self.path = path
    }

    var isRecording: Bool { false }

    func read(offset: UInt64, size: UInt64) throws(RecordingError) -> [BlockSlice] {
        var slices: [BlockSlice] = []
        var position = offset
        let end = offset.adding(size) ?? .max
        while position < end, let (index, start) = text.piece(at: position) {
            let bytes = bytes(ofPiece: index)
            // This is within the piece, so it fits an Int.
            let first = Int(position - start)
            let count = min(bytes.count - first, Int(clamping: end - position))
            guard count > 0 else { break }
            slices.append(BlockSlice(bytes, first..<first + count))
            position += UInt64(count)
        }
        return slices
    }

    func close() {}

    private func bytes(ofPiece index: Int) -> Block {
        if let kept = last.withLock({ last in last.first { $0.index == index } }) { return kept.bytes }
        let bytes = text.bytes(ofPiece: index)
        last.withLock { last in
            if last.count == Self.lastCount { last.removeFirst() }
            last.append((index, bytes))
        }
        return bytes
    }
}
