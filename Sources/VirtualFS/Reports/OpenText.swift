import Recordings
import Support

/// An open text, which is in memory as a whole.
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
