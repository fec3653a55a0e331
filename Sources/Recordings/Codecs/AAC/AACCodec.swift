/// What is particular to recordings whose audio is kept as AAC in ADTS frames.
struct AACCodec: RecordingCodec {
    let name = AudioCodec.aac
}
