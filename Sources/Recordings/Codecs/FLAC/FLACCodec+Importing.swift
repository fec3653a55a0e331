import AudioCoding
import Zarr

extension FLACCodec: ImportableCodec {
    var copiedKind: CopiedKind? { CopiedKind("FLAC") }

    var encoding: (any AudioEncoding)? { FLACEncoding() }

    func parser(of stream: MediaStream, in container: String) -> (any MediaPacketParser)? {
        FLACPacketParser(stream, in: container)
    }

    func copier(of source: CodedSource) -> (any SourceCopier)? {
        guard let media = source.media, let parser = media.parser as? FLACPacketParser else { return nil }
        return FLACCopier(media, parser, file: source.file)
    }
}

/// Encoding to FLAC, which loses nothing of integers.
private struct FLACEncoding: AudioEncoding {
    let codec = AudioCodec.flac

    func obstacle(to form: SampleForm) -> String? {
        guard case .integer(let bits) = form.format else { return "FLAC has no floating-point samples" }
        if !FLACEncoder.bits.contains(bits) { return "FLAC of \(bits) bits is not supported" }
        if form.channels > 8 { return "FLAC has at most 8 channels, not \(form.channels)" }
        if !FLACEncoder.sampleRates.contains(form.sampleRate) { return "FLAC has no rate of \(form.sampleRate) Hz" }
        return nil
    }

    func makeWriter(
        of form: SampleForm, _ settings: EncodingSettings, in node: any StagedNode
    ) throws -> any AudioWriter {
        try FLACWriter(form, in: node, threads: settings.threads)
    }
}
