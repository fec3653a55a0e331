import Recordings
import Support

/// A file that somebody has open: where its bytes come from. Read from any thread.
protocol OpenFile: Sendable {
    /// Where it is below the mountpoint.
    var path: String { get }
    /// Whether it is a recording, rather than something that the volume tells of itself.
    var isRecording: Bool { get }
    /// The `size` bytes from `offset` on, fewer only if the file ends before.
    func read(offset: UInt64, size: UInt64) throws(RecordingError) -> [BlockSlice]
    /// Takes note that nobody has the file open any more.
    func close()
}
