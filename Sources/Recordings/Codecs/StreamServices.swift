import Support

/// What a stream that is opened shares with all others of its store.
struct StreamServices: Sendable {
    /// Counts what is decoded of its codec.
    let counter: DecodeCounter
    /// Keeps data that takes long to compute; nil if nothing is kept.
    let file: CatalogueFile?
    let log: Log

    /// Opens the data that was computed before from the stream in `blob`, of the recording at `path`. Nothing is kept
    /// for a stream whose version is not known.
    func derivedData(of blob: CodedBlob, path: String) -> DerivedData.Opener {
        { [file] in
            guard let file, let version = blob.version else { return nil }
            return DerivedData(file: file, path: path, version: version)
        }
    }

    /// The same for data that was computed from `index`, too.
    func derivedData<Row: IndexRow>(
        of blob: CodedBlob, _ index: StoredIndex<Row>, path: String
    ) -> DerivedData.Opener {
        { [file] in
            guard let file, let version = blob.version, let indexVersion = index.version else { return nil }
            return DerivedData(file: file, path: path, version: FNV1a(of: [version, indexVersion]).value)
        }
    }
}
