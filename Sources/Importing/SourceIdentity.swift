/// What tells sources apart: the bytes of the file and, if it has several streams of sound, which of them.
struct SourceIdentity: Hashable, Sendable {
    /// The SHA-256 of the file, in hexadecimal.
    let sha256: String
    /// The number of the stream in the file; nil if it is the file's only one of sound.
    let stream: Int?

    /// The same file, if it is not known which stream.
    var ofAnyStream: SourceIdentity { SourceIdentity(sha256: sha256, stream: nil) }
}
