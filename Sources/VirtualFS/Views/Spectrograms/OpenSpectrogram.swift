import Recordings
import Spectrogram
import Support

/// The open picture of a recording, which is made when it is first read.
final class OpenSpectrogram: OpenFile {
    let path: String
    let keepsContent: Bool
    private let recording: Recording
    private let maker: SpectrogramMaker
    private let onChange: @Sendable () -> Void
    /// The picture is kept there under `key`, within the budget, and is made again if that is used for something else.
    private let cache: BlockCache
    private let key: BlockKey

    /// The picture of `recording`, which `maker` makes and `cache` keeps, at `path` with `inode`. `onChange` is called if the recording
    /// turns out to be rewritten.
    init(
        _ recording: Recording, maker: SpectrogramMaker, cache: BlockCache, as inode: Inode, path: String,
        onChange: @escaping @Sendable () -> Void
    ) {
        self.cache = cache
        key = BlockKey(owner: cache.makeOwner(of: .pictures), number: 0)
        self.path = path
        self.recording = recording
        self.maker = maker
        self.onChange = onChange
        keepsContent = recording.samples.beginReading(as: inode.rawValue)
    }

    var isRecording: Bool { true }

    func read(offset: UInt64, size: UInt64) throws(RecordingError) -> [BlockSlice] {
        guard size > 0, offset < maker.byteCount else { return [] }
        let picture = try cache.block(key) { () throws(RecordingError) in try maker.picture(of: recording) }
        return try OpenText(path: path, text: picture).read(offset: offset, size: size)
    }

    func noticeChange() {
        onChange()
    }

    func close() {
        _ = cache.takeBlock(key)
    }
}
