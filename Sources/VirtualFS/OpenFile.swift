import Recordings
import Support
import Synchronization

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

/// A text that somebody has open, whole in memory.
struct OpenText: OpenFile {
    let path: String
    let text: Block

    var isRecording: Bool { false }

    func read(offset: UInt64, size: UInt64) throws(RecordingError) -> [BlockSlice] {
        guard let start = Int(exactly: offset), start < text.count else { return [] }
        let end = min(Int(clamping: size), text.count - start) + start
        return end > start ? [BlockSlice(text, start..<end)] : []
    }

    func close() {}
}

/// The open files of a volume, by their handles.
final class OpenFiles: Sendable {
    private struct State {
        var files: [UInt64: any OpenFile] = [:]
        var lastHandle: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Keeps `file` until its handle is released.
    func add(_ file: any OpenFile) -> UInt64 {
        state.withLock { state in
            state.lastHandle += 1
            state.files[state.lastHandle] = file
            return state.lastHandle
        }
    }

    /// The file with `handle`.
    func file(_ handle: UInt64) throws(VirtualFSError) -> any OpenFile {
        guard let file = state.withLock({ $0.files[handle] }) else { throw .badHandle }
        return file
    }

    /// Forgets `handle`.
    func remove(_ handle: UInt64) throws(VirtualFSError) {
        guard let file = state.withLock({ $0.files.removeValue(forKey: handle) }) else { throw .badHandle }
        file.close()
    }

    /// How many files are open.
    var count: Int { state.withLock { $0.files.count } }
}
