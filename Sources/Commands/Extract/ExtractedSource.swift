import Recordings
import Support

/// The source file of a recording, byte for byte.
struct ExtractedSource {
    private enum Content {
        /// The WAV file that a mount shows.
        case wave(Excerpt)
        /// The coded bytes.
        case blob(SourceBlob)
    }

    private let content: Content
    /// The SHA-256 of the source file, in hexadecimal.
    private let sha256: String

    /// The source of `recording` of `store`. Throws, and says what there is instead, if the store does not have it.
    init(of recording: Recording, in store: OpenStore) throws(CommandError) {
        guard let sha256 = recording.sourceSHA256 else {
            throw CommandError(
                "the store does not have the SHA-256 of its source, so that nothing would prove the file")
        }
        self.sha256 = sha256.lowercased()
        if recording.restoresSource {
            content = .wave(try Excerpt(whole: recording))
            return
        }
        let blob: SourceBlob?
        do {
            blob = try SourceBlob(of: recording.path, in: store.store, cache: store.cache)
        } catch {
            throw CommandError("the recording cannot be read", cause: error)
        }
        guard let blob else {
            throw CommandError(
                "its source is not kept byte for byte, only its sound, as \(recording.codec.rawValue): without --source, its "
                    + "samples are written as WAV")
        }
        content = .blob(blob)
    }

    /// Throws unless the bytes are the source's, by their SHA-256.
    func prove() throws(CommandError) {
        try write { _ in }
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
                "what the store has is not the source file: its SHA-256 is another. Either the store is damaged "
                    + "(zarrwlr check --deep says so), or the source was not kept byte for byte; without --source, its "
                    + "samples are written as WAV")
        }
    }

    private func forEachPiece(_ body: OutputFile.Writer) throws(CommandError) {
        switch content {
        case .wave(let excerpt): try excerpt.write(to: body)
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
