import AudioCoding

extension VorbisCodec: ImportableCodec {
    var copiedKind: CopiedKind? { CopiedKind("Vorbis", only: "Ogg Vorbis") }

    func copier(of source: CodedSource) throws -> (any SourceCopier)? {
        guard let media = source.media, media.format == "ogg", media.stream.codec == "vorbis" else { return nil }
        return try VorbisCopier(media, file: source.file)
    }
}
