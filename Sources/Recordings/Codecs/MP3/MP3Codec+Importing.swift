import AudioCoding

extension MP3Codec: ImportableCodec {
    var copiedKind: CopiedKind? { CopiedKind("MP3") }

    func copier(of source: CodedSource) throws -> (any SourceCopier)? {
        let stream = source.file.codedStream
        guard let media = source.media else {
            do {
                try MP3Layout.refuseFreeFormat(in: stream)
                return nil
            } catch {
                throw ImportError("cannot be stored: decode it to WAV first, by mpg123 for instance", cause: error)
            }
        }
        guard media.format == "mp3", ["mp2", "mp3"].contains(media.stream.codec) else { return nil }
        return MP3Copier(try MP3Layout(of: stream), file: source.file)
    }
}
