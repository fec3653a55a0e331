import Recordings
import Support
import WaveFile
import Zarr

/// The source file of a recording, byte for byte.
struct ExtractedSource: Sendable {
    private enum Content: Sendable {
        /// The WAV file that a mount shows.
        case wave(Recording)
        /// The coded bytes.
        case blob(SourceBlob)
    }

    private let content: Content
    /// Bytes of the file.
    let byteCount: UInt64
    /// The SHA-256 of the source file, in hexadecimal.
    private let sha256: String

    /// The source of `recording` of `store`. Throws, and says what there is instead, if the store does not have it.
    init(of recording: Recording, in store: OpenStore) throws(CommandError) {
        guard let sha256 = recording.sourceSHA256 else {
            throw CommandError(
                "the store does not have the SHA-256 of its source, so that nothing would prove the file")
        }
        self.sha256 = sha256.lowercased()
        if recording.restoresSource, let extent = recording.waveExtent {
            content = .wave(recording)
            byteCount = extent.fileSize
            return
        }
        let blob: SourceBlob?
        do {
            blob = try SourceBlob(of: recording.path, in: store.store, cache: store.cache)
        } catch {
            throw CommandError("the recording cannot be read", cause: error)
        }
        guard let blob else {
            let head = try? ZarrNode.open(
                store.store, path: "\(recording.path)/\(HierarchyNames.codedSourceHead)", cache: store.cache,
                absent: .damage)
            let chunks =
                head == nil
                ? ""
                : "; what was around them is in the arrays \(HierarchyNames.codedSourceHead) and "
                    + "\(HierarchyNames.codedSourceTail) of /\(recording.path)"
            throw CommandError(
                "its source is not kept byte for byte, only its sound, as \(recording.codec.rawValue): without --source, its "
                    + "samples are written as WAV\(chunks)")
        }
        content = .blob(blob)
        byteCount = blob.byteCount
    }

    /// Throws unless the bytes are the source's, by their SHA-256.
    func prove() throws(CommandError) {
        try write { _ in }
    }

    /// Whether the file at `path` is the source, by its SHA-256. `progress` is called for each piece, and may end this by an error.
    func isSame(as path: String, progress: () throws(CommandError) -> Void) throws(CommandError) -> Bool {
        guard let digest = MessageDigest(.sha256) else { throw CommandError("libcrypto cannot compute SHA-256 here") }
        do {
            let file = try SourceFile(path: path)
            guard file.byteCount == byteCount else { return false }
            try file.forEachPiece(of: 0..<byteCount) { bytes in
                try progress()
                digest.update(bytes)
            }
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError("what is there cannot be read", cause: error)
        }
        return digest.finish().hexadecimal == sha256
    }

    /// Hands the bytes to `write`, and throws at their end unless they are the source's, by their SHA-256.
    func write(to write: OutputFile.Writer) throws(CommandError) {
        guard let digest = MessageDigest(.sha256) else { throw CommandError("libcrypto cannot compute SHA-256 here") }
        try forEachPiece { bytes throws(CommandError) in
            digest.update(bytes)
            try write(bytes)
        }
        guard digest.finish().hexadecimal == sha256 else {
            throw CommandError(
                "what the store has is not the source file: its SHA-256 is another. zarrwlr check --deep finds out whether it is "
                    + "damaged; if not, the source was not kept byte for byte, and without --source, its samples are written as WAV"
            )
        }
    }

    private func forEachPiece(_ body: OutputFile.Writer) throws(CommandError) {
        switch content {
        case .wave(let recording): try Excerpt(whole: recording).write(to: body)
        case .blob(let blob):
            do {
                try blob.forEachPiece { try body($0) }
            } catch let error as CommandError {
                throw error
            } catch {
                throw CommandError("the recording cannot be read here", cause: error)
            }
        }
    }
}
