import Recordings
import Support

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
