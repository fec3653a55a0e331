import WaveFile

/// A row of the table of recordings: the facts of one, and what only some outputs know of it.
public struct RecordingRow: Sendable {
    /// What is known of the recording.
    public let facts: RecordingFacts
    /// The path of its WAV file below a mount of the store, if it is shown with one.
    let file: String?
    /// Bytes of all that the store keeps of it, if they were counted.
    public let storedByteCount: UInt64?

    /// The row of the recording of which `facts` are known.
    public init(_ facts: RecordingFacts, file: String? = nil, storedByteCount: UInt64? = nil) {
        self.facts = facts
        self.file = file
        self.storedByteCount = storedByteCount
    }

    /// Bytes of the WAV file that a mount shows; of its samples alone if no file could be so large.
    public var waveByteCount: UInt64 { facts.waveExtent?.fileSize ?? facts.dataByteCount ?? .max }
}
