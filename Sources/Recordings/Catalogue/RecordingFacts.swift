public import Support
public import WaveFile

/// What is known of a recording before its first sample is read, and is kept from mount to mount.
///
/// A plain value, which does not depend on whether the recording was opened just now or learned by an earlier mount.
public struct RecordingFacts: Sendable, Equatable {
    /// The path of its node in the store, without a leading slash: `pond/mono/0`; empty for the root.
    public var path: String
    /// Whether it is an array of samples that stands by itself, rather than a group of zarrwlr's with audio in it.
    var isArray: Bool
    /// The source file's name as the store has it, not yet fit to be a file name.
    public var sourceName: String
    /// The source file's path below the folder that was imported, if the store has it.
    public var sourcePath: String?
    /// The coding of its audio.
    public var codec: AudioCodec
    /// The format of its WAV file.
    public var format: WaveFormat
    /// Why `format` announces that sample rate, if the store contradicts itself; for people.
    public var rateReason: String?
    /// Samples of one channel.
    public var sampleCount: UInt64
    /// When its first sample was taken, if the store says so.
    public var start: Timestamp?
    /// When its document in the store was last written.
    var modified: Timestamp
    /// The CRC-32C of its document, if that was looked at: this follows from it.
    var documentChecksum: UInt64?
    /// The SHA-256 of the source file, in hexadecimal, if the store has it.
    public var sourceSHA256: String?
    /// When the source file was last modified, if the store says so. It is never a start: copying changes it.
    public var sourceModified: Timestamp?
    /// How many bytes the source file had around the samples, if the store has those bytes and they fit.
    var envelopeSize: EnvelopeSize?
    /// What is known of its coded stream as a file; nil if there is no such file of it.
    public var codedFile: CodedFileOutline?
    /// Degrees north of the equator, from -90 to 90, in WGS 84.
    public var latitude: Double?
    /// Degrees east of Greenwich, from -180 to 180, in WGS 84.
    public var longitude: Double?
    /// The recorder's manufacturer.
    public var make: String?
    /// The recorder's model.
    public var model: String?
    /// The recorder's serial number.
    public var serial: String?
    /// Metres above the sea.
    public var elevation: Double?
    /// Degrees Celsius in the recorder.
    public var internalTemperature: Double?
    /// Degrees Celsius outside the recorder.
    public var externalTemperature: Double?
    /// What is known of the metadata in its WAV file, which has it unless it is the source file.
    public var metadata = MetadataOutline.none

    /// The facts that every recording has; all others are nil until they are set.
    public init(
        path: String, isArray: Bool, sourceName: String, codec: AudioCodec, format: WaveFormat, sampleCount: UInt64,
        modified: Timestamp
    ) {
        self.path = path
        self.isArray = isArray
        self.sourceName = sourceName
        self.codec = codec
        self.format = format
        self.sampleCount = sampleCount
        self.modified = modified
    }

    /// Whether its WAV file is the source file, byte for byte.
    public var restoresSource: Bool { envelopeSize != nil }

    /// The SHA-256 of the source file in lower-case hexadecimal; nil if the store has none, or anything else in its place.
    public var validSourceSHA256: String? {
        guard let sum = sourceSHA256?.lowercased(), sum.utf8.count == 64,
            sum.utf8.allSatisfy({ byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            })
        else { return nil }
        return sum
    }

    /// The path of the group whose directory shows it: `pond/mono`; empty for the root.
    var group: String { path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "" }

    /// The last part of its path.
    var name: String {
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
    }

    /// Its number in the audio group; nil for an array that stands by itself.
    var number: UInt64? { isArray ? nil : UInt64(name) }

    /// Whether `other` says the same of the recording, in whatever bytes and whenever its document was written.
    func areSame(as other: RecordingFacts) -> Bool {
        var facts = self
        facts.modified = other.modified
        facts.documentChecksum = other.documentChecksum
        return facts == other
    }

    /// All that its WAV file's size follows from.
    var outline: WaveOutline {
        WaveOutline(format: format, sampleCount: sampleCount, envelopeSize: envelopeSize, metadata: metadata)
    }

    /// The bytes of its samples in a WAV file; nil if they do not fit 64 bits.
    var dataByteCount: UInt64? { outline.dataByteCount }

    /// How many bytes its WAV file has before, of and after its samples; nil if it would be over `Int64.max` bytes.
    var waveExtent: WaveExtent? { outline.waveExtent }

    /// The time of its WAV file: when it was recorded, or if that is not known, when the source was last modified, or if that is not known
    /// either, when the store wrote it.
    var fileTime: Timestamp { start ?? sourceModified ?? modified }
}

extension RecordingFacts {
    /// What a mount says of it that shows no more than `selection`. Without locations, its WAV file is not the source file, and it has no coded
    /// file with the source's tags, since nobody knows what is in those.
    func shown(_ selection: MetadataSelection) -> RecordingFacts {
        var facts = self
        facts.metadata = metadata.limited(to: selection)
        guard !selection.contains(.location) else { return facts }
        facts.latitude = nil
        facts.longitude = nil
        facts.elevation = nil
        facts.envelopeSize = nil
        if codedFile?.mayHaveSourceTags == true { facts.codedFile = nil }
        return facts
    }

    /// Sets the facts about the recorder.
    mutating func add(_ recorder: RecorderMetadata) {
        latitude = recorder.position?.latitude
        longitude = recorder.position?.longitude
        elevation = recorder.elevation
        internalTemperature = recorder.internalTemperature
        externalTemperature = recorder.externalTemperature
        make = recorder.make
        model = recorder.model
        serial = recorder.serial
    }
}

/// How many bytes of a source file lie around its samples.
struct EnvelopeSize: Sendable, Equatable {
    /// Bytes before the samples.
    let headByteCount: UInt64
    /// Bytes after the samples.
    let tailByteCount: UInt64
}
