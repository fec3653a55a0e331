/// What is particular to recordings whose audio is kept as the elements of a numeric array.
struct PCMCodec: RecordingCodec {
    let name = AudioCodec.pcm
}
