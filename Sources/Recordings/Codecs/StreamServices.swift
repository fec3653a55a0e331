import Support

/// What a stream that is opened shares with all others of its store.
struct StreamServices: Sendable {
    /// Counts what is decoded of its codec.
    let counter: DecodeCounter
    /// Keeps what takes long to find out, if anything does.
    let file: CatalogueFile?
    let log: Log

    /// What was found out before about the stream in `blob`, of the recording at `path`. Nothing is kept of a stream whose version is
    /// not known.
    func derivedData(of blob: CodedBlob, path: String) -> DerivedData.Opener {
        { [file] in
            guard let file, let version = blob.version else { return nil }
            return DerivedData(file: file, path: path, version: version)
        }
    }
}
