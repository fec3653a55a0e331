import AudioCoding
import Zarr

extension AACCodec: ImportableCodec {
    var copiedKind: CopiedKind? { CopiedKind("AAC", only: "AAC-LC") }

    var encoding: (any AudioEncoding)? { AACEncoding() }

    func parser(of stream: MediaStream, in container: String) -> (any MediaPacketParser)? {
        AACPacketParser(stream)
    }

    func copier(of source: CodedSource) -> (any SourceCopier)? {
        guard let media = source.media, media.parser is AACPacketParser else { return nil }
        return AACCopier(media)
    }
}

/// Encoding to AAC-LC.
private struct AACEncoding: AudioEncoding {
    let codec = AudioCodec.aac
    let loss: EncodingLoss? = Self.loss

    private static let loss = EncodingLoss(
        sampleRates: AACEncoder.sampleRates, isDecodedAtHighest: false, channelBitRate: 128_000)

    func obstacle(to form: SampleForm) -> String? {
        guard form.channels > AACEncoder.channelLimit else { return nil }
        return
            "AAC has at most \(AACEncoder.channelLimit) channels without a subwoofer's, of which it keeps only the bass"
    }

    func makeWriter(
        of form: SampleForm, _ settings: EncodingSettings, in node: any StagedNode
    ) throws -> any AudioWriter {
        try AACWriter(
            form, bitRate: Self.loss.bitRate(settings, channels: form.channels), in: node,
            isConcurrent: settings.isConcurrent)
    }
}
