/// The codecs that recordings can have: to add one, add its line.
enum CodecRegistry {
    static let all: [any RecordingCodec] = [FLACCodec(), AACCodec(), OpusCodec(), PCMCodec()]
}
