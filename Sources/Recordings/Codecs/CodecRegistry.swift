/// The codecs that recordings can have. To add one, add its line; nothing else names them.
public enum CodecRegistry {
    /// All of them, in the order in which they are listed to users.
    static let all: [any RecordingCodec] = [
        FLACCodec(), AACCodec(), OpusCodec(), MP3Codec(), VorbisCodec(), PCMCodec(),
    ]

    /// The names of all arrays of recordings that an import writes.
    static let ownNames = all.reduce(into: Set<String>()) { $0.formUnion($1.ownNames) }

    /// What the names of files of streams of the codec called `name` end with, without a full stop; nil if no file that players know has one.
    public static func fileExtension(of name: AudioCodec) -> String? { codec(named: name)?.fileExtension }

    /// Whether the codec called `name` keeps the very samples; nil if there is no such codec.
    public static func isLossless(_ name: AudioCodec) -> Bool? { codec(named: name)?.isLossless }

    /// The codec called `name`.
    static func codec(named name: AudioCodec) -> (any RecordingCodec)? {
        all.first { $0.name == name }
    }

    /// The codec of `audio`. Throws if the store names none, or one that is not supported.
    static func codec(of audio: StoredAudio) throws(RecordingError) -> any RecordingCodec {
        if let codec = all.first(where: { $0.recognizes(audio) }) { return codec }
        guard let name = audio.codecName else {
            throw RecordingError("nothing says how its audio is coded", recording: audio.path)
        }
        throw RecordingError("its audio is coded as \(name), which is not supported", recording: audio.path)
    }
}
