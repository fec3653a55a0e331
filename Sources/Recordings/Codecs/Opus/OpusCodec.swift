/// What is particular to recordings whose audio is kept as Opus.
struct OpusCodec: RecordingCodec {
    let name = AudioCodec.opus
}
