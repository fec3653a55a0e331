import Support
import WaveFile
import Zarr

/// `source_head` and `source_tail` of a recording as the store has them.
///
/// They are used only if they fit the stream: a head that announced other samples than the stream decodes to would make noise of
/// them.
struct StoredEnvelope {
    let store: any Store
    let cache: BlockCache
    /// The recording's path.
    let path: String

    /// The envelope of `dataByteCount` bytes of samples in `format`; nil if there is none.
    ///
    /// Throws the reason if there is one that does not fit. One whose bytes are damaged, or out of reach, is returned, and cannot be read: a
    /// plain header in its place would make another file. `sourceByteCount` is the number of bytes of the source file.
    func envelope(
        format: WaveFormat, dataByteCount: UInt64, sourceByteCount: UInt64?
    ) throws -> SourceEnvelope? {
        guard let head = try blob(HierarchyNames.sourceHead) else { return nil }
        let isWhole = head.byteCount.adding(dataByteCount) == sourceByteCount
        let tail = isWhole ? nil : try blob(HierarchyNames.sourceTail)
        let tailByteCount = tail?.byteCount ?? 0
        guard max(head.byteCount, tailByteCount) <= WaveSource.envelopeByteCountLimit else {
            throw misfit("they have \(head.byteCount) and \(tailByteCount) bytes, more than any source's")
        }
        if let sourceByteCount {
            let sum = head.byteCount.adding(dataByteCount)?.adding(tailByteCount)
            guard sum == sourceByteCount else {
                throw misfit("with the samples they are not the \(sourceByteCount) bytes that the source had")
            }
        }
        if try isReadable(head) {
            let announced = try WaveSourceHead(of: WaveBytes(byteCount: head.byteCount) { try head.bytes($0) })
            guard announced.byteCount == head.byteCount else {
                throw misfit("source_head does not end where its samples begin")
            }
            guard announced.format.samples == format else {
                throw misfit("source_head announces another format than the stream has")
            }
        }
        let size = EnvelopeSize(headByteCount: head.byteCount, tailByteCount: tailByteCount)
        return SourceEnvelope(size: size) {
            [path] part, range throws(RecordingError) in
            do {
                switch part {
                case .head: return try head.bytes(range)
                case .tail: return try tail?.bytes(range) ?? []
                }
            } catch {
                throw RecordingError("source_head and source_tail cannot be read", recording: path, cause: error)
            }
        }
    }

    /// Whether the bytes of `head` can be read.
    private func isReadable(_ head: CodedBlob) throws(ZarrError) -> Bool {
        do throws(ZarrError) {
            _ = try head.bytes(0..<1)
            return true
        } catch {
            guard error.kind == .damagedChunk || error.kind == .store else { throw error }
            return false
        }
    }

    private func blob(_ name: String) throws -> CodedBlob? {
        guard let node = try ZarrNode.open(store, path: "\(path)/\(name)", cache: cache, absent: .damage) else {
            return nil
        }
        guard case .array(let array) = node else { throw misfit("\(name) is no array") }
        return try CodedBlob(array)
    }

    private func misfit(_ problem: String) -> RecordingError {
        RecordingError(problem, recording: path)
    }
}
