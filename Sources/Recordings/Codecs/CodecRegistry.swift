/// The codecs that recordings can have: to add one, add its line.
public enum CodecRegistry {
    static let all: [any RecordingCodec] = [FLACCodec(), AACCodec(), OpusCodec(), PCMCodec()]
}
