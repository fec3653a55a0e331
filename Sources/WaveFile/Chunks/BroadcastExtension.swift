import Support

/// The fields of the `bext` chunk of a Broadcast Wave file that describe the recording and its origin. EBU Tech 3285, version 2.
public struct BroadcastExtension: Sendable, Equatable {
    /// The description of the recording.
    public var summary: String
    /// The person or device that made it.
    public var originator: String
    /// The originator's name for it.
    public var originatorReference: String
    /// The date, `yyyy-mm-dd` with any separator.
    public var date: String
    /// The time of day, `hh:mm:ss` with any separator.
    public var time: String
    /// Samples from midnight to the first sample.
    public var timeReference: UInt64
    /// The coding history.
    public var codingHistory: String

    /// Fields that say nothing.
    public init() {
        summary = ""
        originator = ""
        originatorReference = ""
        date = ""
        time = ""
        timeReference = 0
        codingHistory = ""
    }

    /// Nil if the chunk is shorter than in its first version.
    init?(parsing contents: [UInt8]) {
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

    /// The chunk in version 2, with zeros at its end that make its coding history at least `historyByteCount` bytes. Texts are cut to the
    /// room that it has for them.
    func bytes(historyAtLeast historyByteCount: Int) -> [UInt8] {
        var contents: [UInt8] = []
        contents.appendText(summary, 256)
        contents.appendText(originator, 32)
        contents.appendText(originatorReference, 32)
        contents.appendText(date, 10)
        contents.appendText(time, 8)
        contents.appendLittleEndian(timeReference)
        contents.appendLittleEndian(UInt16(2))
        contents += repeatElement(0, count: 64)  // No UMID.
        // Loudness that was not measured: "Loudness parameters".
        for _ in 0..<5 { contents.appendLittleEndian(Int16.max) }
        contents += repeatElement(0, count: 180)
        let history = codingHistory.bytes(atMost: .max)
        contents += history
        let missing = max(historyByteCount - history.count, 0)
        contents += repeatElement(0, count: missing + (history.count + missing) % 2)
        var bytes: [UInt8] = []
        bytes.appendChunk("bext", contents)
        return bytes
    }
}
