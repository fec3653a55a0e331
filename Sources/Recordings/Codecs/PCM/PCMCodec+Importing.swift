import Zarr

extension PCMCodec: ImportableCodec {
    var encoding: (any AudioEncoding)? { PCMEncoding() }
}

/// Keeping samples as they are, whatever they are.
private struct PCMEncoding: AudioEncoding {
    let codec = AudioCodec.pcm

    func makeWriter(
        of form: SampleForm, _ settings: EncodingSettings, in node: any StagedNode
    ) throws -> any AudioWriter {
        try PCMWriter(form, in: node)
    }
}
