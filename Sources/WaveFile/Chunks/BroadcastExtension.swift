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
    /// The identifier of the material: 64 bytes (SMPTE ST 330), or none if there is no such identifier. The last 32 may say when and where it
    /// was made.
    public var materialIdentifier: [UInt8]
    /// Loudness value, loudness range, and the maxima of true peak, momentary and short-term loudness, in hundredths of their units; nil if
    /// they were not measured.
    public var loudness: [Int16]?
    /// The coding history.
    public var codingHistory: String

    /// Bytes of a material identifier.
    public static let identifierByteCount = 64
    /// How many values of loudness there are.
    public static let loudnessCount = 5

    /// Fields that say nothing.
    public init() {
        summary = ""
        originator = ""
        originatorReference = ""
        date = ""
        time = ""
        timeReference = 0
        materialIdentifier = []
        codingHistory = ""
    }

    /// Reads the contents of a chunk, whose numbers are big-endian in RIFX; nil if it is shorter than in its first version.
    init?(parsing contents: [UInt8], isBigEndian: Bool = false) {
        var reader = ByteReader(contents)
        guard let summary = reader.read(256), let originator = reader.read(32), let reference = reader.read(32),
            let date = reader.read(10), let time = reader.read(8),
            let timeReference = reader.read(UInt64.self, isBigEndian: isBigEndian),
            let version = reader.read(UInt16.self, isBigEndian: isBigEndian),
            let identifier = reader.read(Self.identifierByteCount), let measures = reader.read(2 * Self.loudnessCount),
            reader.skip(180), let history = reader.read(reader.remaining)
        else { return nil }
        self.summary = WaveMetadata.text(summary)
        self.originator = WaveMetadata.text(originator)
        originatorReference = WaveMetadata.text(reference)
        self.date = WaveMetadata.text(date)
        self.time = WaveMetadata.text(time)
        self.timeReference = timeReference
        materialIdentifier = version >= 1 && identifier.contains { $0 != 0 } ? Array(identifier) : []
        codingHistory = WaveMetadata.text(history)
        guard version >= 2 else { return }
        var values = ByteReader(measures)
        let loudness = (0..<Self.loudnessCount).compactMap { _ in values.read(Int16.self, isBigEndian: isBigEndian) }
        // All of them 0 is what programs write that know nothing of them.
        if loudness.contains(where: { $0 != Self.unmeasured && $0 != 0 }) { self.loudness = loudness }
    }

    /// Stands for a loudness that was not measured.
    private static let unmeasured = Int16.max

    /// The same, without what identifies and measures the sound as a whole.
    var withoutMeasures: BroadcastExtension {
        var chunk = self
        chunk.materialIdentifier = []
        chunk.loudness = nil
        return chunk
    }

    /// The same, without the part of the material identifier that may say when and where it was made.
    public var withoutMaterialOrigin: BroadcastExtension {
        var chunk = self
        chunk.materialIdentifier = Array(materialIdentifier.prefix(Self.identifierByteCount / 2))
        return chunk
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
        let identifier = materialIdentifier.prefix(Self.identifierByteCount)
        contents += identifier + repeatElement(0, count: Self.identifierByteCount - identifier.count)
        for index in 0..<Self.loudnessCount {
            contents.appendLittleEndian(loudness.flatMap { $0.dropFirst(index).first } ?? Self.unmeasured)
        }
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
