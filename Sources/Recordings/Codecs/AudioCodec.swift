/// How the audio of a recording is kept in its store.
public enum AudioCodec: String, Sendable, CaseIterable {
    case flac, aac, opus, pcm
}
