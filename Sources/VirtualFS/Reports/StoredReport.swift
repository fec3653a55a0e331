import Recordings
import Support
import Synchronization

/// A report about a tree or a directory, which changes only if something can be read that could not be read before. It is made when its
/// size is first asked for. If there is nothing to report, there is no such file.
final class StoredReport: File {
    let extendedAttributes: [(name: String, value: String)] = []
    private let modified: Timestamp
    private let subject: any ReportSubject
    private let isLiving: Bool
    private let make: @Sendable () -> PiecewiseText
    private let made = Mutex<(text: SingleFlight<PiecewiseText>, healedCount: Int)>((SingleFlight(), 0))

    /// The report that `make` makes of `tree`.
    convenience init(
        about tree: PlainTree, options: VolumeOptions, make: @escaping @Sendable (PlainTree) -> PiecewiseText
    ) {
        self.init(about: tree.catalogue, modified: options.modified, isLiving: options.isLiving) { make(tree) }
    }

    /// The report that `make` makes of `subject`. If the volume `isLiving`, another report may take its place at any time.
    init(
        about subject: any ReportSubject, modified: Timestamp, isLiving: Bool,
        make: @escaping @Sendable () -> PiecewiseText
    ) {
        self.subject = subject
        self.modified = modified
        self.isLiving = isLiving
        self.make = make
    }

    var caching: NodeCaching { isLiving || subject.isUnsettled ? .changing : .lasting }

    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus {
        let text = text()
        if Cancellation.isRequested { throw .interrupted }
        guard text.byteCount > 0 else { throw .notFound }
        return FileStatus(size: text.byteCount, modified: modified)
    }

    func open(_ inode: Inode, in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile {
        OpenReport(text: text(), path: path)
    }

    private func text() -> PiecewiseText {
        let healedCount = subject.healedCount
        let text = made.withLock { made in
            if made.healedCount != healedCount { made = (SingleFlight(), healedCount) }
            return made.text
        }
        return text.get { make() }
    }
}

/// What a stored report is about.
protocol ReportSubject: Sendable {
    /// Whether it may show more when it is next looked at.
    var isUnsettled: Bool { get }
    /// A number that grows when it shows more, or something else.
    var healedCount: Int { get }
}

extension Catalogue: ReportSubject {}
extension GroupContents: ReportSubject {}

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
