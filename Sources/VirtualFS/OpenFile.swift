import Recordings
import Support

/// An open file, which supplies its bytes. It is read from any thread.
protocol OpenFile: Sendable {
    /// Its path below the mountpoint.
    var path: String { get }
    /// Whether it is a recording. If not, it is a report of the volume about itself, and its reads are counted as such.
    var isRecording: Bool { get }
    /// Whether what was read from the file before it was opened is what would be read from it now.
    var keepsContent: Bool { get }
    /// The `size` bytes from `offset` on, in order; fewer only if the file ends before that.
    func read(offset: UInt64, size: UInt64) throws(RecordingError) -> [BlockSlice]
    /// Is called when a read has found that the file is another one than when it was opened.
    func noticeChange()
    /// Is called once, when the file is closed.
    func close()
}

extension OpenFile {
    /// It stays the same.
    var keepsContent: Bool { true }

    /// It stays the same.
    func noticeChange() {}
}
