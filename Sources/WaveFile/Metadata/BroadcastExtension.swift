import Support

/// The fields of the `bext` chunk of a Broadcast Wave file that describe the recording and its origin. EBU Tech 3285.
public struct BroadcastExtension: Sendable, Equatable {
    /// The description of the recording.
    public let summary: String
    /// The person or device that made it.
    public let originator: String
    /// The originator's name for it.
    public let originatorReference: String
    /// The date, `yyyy-mm-dd` with any separator.
    public let date: String
    /// The time of day, `hh:mm:ss` with any separator.
    public let time: String
    /// Samples from midnight to the first sample.
    public let timeReference: UInt64
    /// The coding history.
    public let codingHistory: String

    /// Nil if the chunk is shorter than in its first version.
    init?(_ contents: [UInt8]) {
        var reader = ByteReader(contents)
        guard let summary = reader.read(256), let originator = reader.read(32), let reference = reader.read(32),
            let date = reader.read(10), let time = reader.read(8),
            let timeReference = reader.readLittleEndian(UInt64.self), reader.skip(2 + 64 + 190),
            let history = reader.read(reader.remaining)
        else { return nil }
        self.summary = WaveMetadata.text(summary)
        self.originator = WaveMetadata.text(originator)
        originatorReference = WaveMetadata.text(reference)
        self.date = WaveMetadata.text(date)
        self.time = WaveMetadata.text(time)
        self.timeReference = timeReference
        codingHistory = WaveMetadata.text(history)
    }
}
