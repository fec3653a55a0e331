/// What a store holds for the ear: its recordings, and what could not be made one.
public struct Catalogue: Sendable {
    /// The recordings that can be served, ordered by path, numbers by value.
    public let recordings: [Recording]
    /// What looks like a recording and cannot be served.
    public let problems: [RecordingError]

    /// A catalogue of what was found.
    public init(recordings: [Recording], problems: [RecordingError]) {
        self.recordings = recordings
        self.problems = problems
    }
}
