import AudioCoding
import Zarr

extension OpusCodec: ImportableCodec {
    var copiedKind: CopiedKind? { CopiedKind("Opus") }

    var encoding: (any AudioEncoding)? { OpusEncoding() }

    func parser(of stream: MediaStream, in container: String) -> (any MediaPacketParser)? {
        OpusPacketParser(stream)
    }

    func copier(of source: CodedSource) -> (any SourceCopier)? {
        guard let media = source.media, let parser = media.parser as? OpusPacketParser else { return nil }
        return OpusCopier(media, parser.head)
    }
}

/// Encoding to Opus.
private struct OpusEncoding: AudioEncoding {
    let codec = AudioCodec.opus
    let loss: EncodingLoss? = Self.loss

    private static let loss = EncodingLoss(
        sampleRates: OpusEncoder.sampleRates, isDecodedAtHighest: true, channelBitRate: 96_000)

    func obstacle(to form: SampleForm) -> String? {
        form.channels > OpusEncoder.channelLimit ? "Opus has at most \(OpusEncoder.channelLimit) channels" : nil
    }

    func makeWriter(
        of form: SampleForm, _ settings: EncodingSettings, in node: any StagedNode
    ) throws -> any AudioWriter {
        try OpusWriter(
            form, sourceRate: settings.sourceRate, bitRate: Self.loss.bitRate(settings, channels: form.channels),
            in: node, isConcurrent: settings.isConcurrent)
    }
}
