import Recordings
import Support
import Synchronization

/// The sizes of the coded files of a directory that do not follow from what is known of their recordings: those of Opus packets, whose index
/// is gone through once.
final class CodedFileSizes: Sendable {
    private struct Counted {
        let outline: CodedFileOutline
        let bodyByteCount: UInt64
    }

    private let counted = Mutex<[Int: Counted]>([:])

    /// The bytes of a coded file: of its head, and of what follows that.
    struct Size {
        let headByteCount: UInt64
        let bodyByteCount: UInt64

        /// Bytes of the file; nil if no file can be that large.
        var byteCount: UInt64? {
            headByteCount.adding(bodyByteCount).flatMap { Int64(exactly: $0) == nil ? nil : $0 }
        }
    }

    /// The size of the coded file with `tags` of the recording `number` in `contents`, of which `facts` are known; nil if it has none.
    func size(
        of number: Int, in contents: GroupContents, _ facts: RecordingFacts, _ tags: RecordingTags
    ) throws(RecordingError) -> Size? {
        guard let outline = facts.codedFile else { return nil }
        if let byteCount = outline.fileByteCount(sampleCount: facts.sampleCount, tags) {
            return byteCount.subtracting(outline.byteCount).map {
                Size(headByteCount: $0, bodyByteCount: outline.byteCount)
            }
        }
        guard let file = try contents.recording(number).codedFile else { return nil }
        let head = UInt64(try file.codedHead(tags).count)
        if let known = counted.withLock({ $0[number] }), known.outline == outline {
            return Size(headByteCount: head, bodyByteCount: known.bodyByteCount)
        }
        let bodyByteCount = try file.codedBodyByteCount()
        counted.withLock { $0[number] = Counted(outline: outline, bodyByteCount: bodyByteCount) }
        return Size(headByteCount: head, bodyByteCount: bodyByteCount)
    }
}
