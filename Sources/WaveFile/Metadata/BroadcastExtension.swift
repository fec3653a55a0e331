import Support

/// The `bext` chunk of a Broadcast Wave file, as far as it says when and by what the recording was made. EBU Tech 3285.
public struct BroadcastExtension: Sendable, Equatable {
    /// What the recording is of.
    public let summary: String
    /// Who or what made it.
    public let originator: String
    /// The originator's name for it.
    public let originatorReference: String
    /// `yyyy-mm-dd`, with any divider.
    public let date: String
    /// `hh:mm:ss`, with any divider.
    public let time: String
    /// Samples between midnight and the first.
    public let timeReference: UInt64
    /// What was done to it.
    public let codingHistory: String

    /// Nil where the chunk is shorter than its first version is.
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
