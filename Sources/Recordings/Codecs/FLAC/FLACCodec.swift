/// What is particular to recordings whose audio is kept as FLAC.
struct FLACCodec: RecordingCodec {
    let name = AudioCodec.flac
}
