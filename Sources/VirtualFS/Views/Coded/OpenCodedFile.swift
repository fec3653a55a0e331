import Recordings
import Support

/// The open coded file of a recording.
final class OpenCodedFile: OpenFile {
    let path: String
    let keepsContent: Bool
    private let file: any CodedFileReading
    /// The recording's path in the store.
    private let recording: String
    private let tags: RecordingTags
    private let size: CodedFileSizes.Size
    /// Has the store send what this file's reader will need; nil if it is on this machine.
    private let prefetcher: Prefetcher?
    private let reader: Prefetcher.Reader?
    /// Is called if the recording turns out to be rewritten.
    private let onChange: @Sendable () -> Void
    /// The bytes before the stream, which are made when they are first asked for.
    private let head = SingleFlight<Block>()

    /// `file`, that of the recording `number` in `contents`, with `tags` and of that `size`, opened as `inode` of `volume`, in which its path is
    /// `path`.
    init(
        _ file: any CodedFileReading, _ tags: RecordingTags, _ size: CodedFileSizes.Size, of contents: GroupContents,
        _ number: Int, keepsContent: Bool, as inode: Inode, path: String, in volume: Volume
    ) {
        self.path = path
        self.file = file
        self.tags = tags
        self.size = size
        self.keepsContent = keepsContent
        prefetcher = volume.prefetcher
        reader = prefetcher?.reader(of: CodedBody(of: file), byteCount: size.bodyByteCount)
        recording = contents.path(of: number)
        onChange = { [weak volume] in
            contents.relearn(number)
            volume?.invalidate(.content(inode))
        }
        // The kernel may still have the size of before.
        if !keepsContent, contents.wasRelearned(number) { volume.invalidate(.content(inode)) }
    }

    var isRecording: Bool { true }

    func read(offset: UInt64, size byteCount: UInt64) throws(RecordingError) -> [BlockSlice] {
        let total = size.headByteCount + size.bodyByteCount
        let range = min(offset, total)..<min(offset.adding(byteCount) ?? .max, total)
        var slices: [BlockSlice] = []
        let headPart = range.clamped(to: 0..<size.headByteCount)
        if !headPart.isEmpty {
            slices.append(BlockSlice(try readHead(), Int(headPart.lowerBound)..<Int(headPart.upperBound)))
        }
        let start = max(range.lowerBound, size.headByteCount)
        if start < range.upperBound {
            let body = start - size.headByteCount..<range.upperBound - size.headByteCount
            if let reader { prefetcher?.note(body, by: reader) }
            slices += try file.codedBody(body, tags)
        }
        // If a reply were too short or too long, the bytes after it would be in the wrong place of the kernel's page cache.
        guard slices.reduce(0, { $0 + $1.count }) == range.count else { throw misfit }
        return slices
    }

    func noticeChange() {
        onChange()
    }

    func close() {
        reader?.end()
    }

    private func readHead() throws(RecordingError) -> Block {
        try head.get { () throws(RecordingError) in
            let head = try file.codedHead(tags)
            guard UInt64(head.count) == size.headByteCount else { throw misfit }
            return Block(head)
        }
    }

    private var misfit: RecordingError {
        RecordingError("its coded stream has another length than was announced", recording: recording)
    }
}
