public import Support

/// What the metadata chunks of one WAV file say: of a recording, of a part of one, or of either at a fraction of its sample rate.
///
/// It says only what is known, and the same description has the same bytes everywhere: there is no time of writing and no program's
/// version in it.
public struct WaveDescription: Sendable, Equatable {
    /// How the samples came to be what they are.
    public struct Provenance: Sendable, Equatable {
        /// The name of the coding that they are decoded from: `Opus`.
        public var coding: String
        /// Whether they are those that were encoded.
        public var isLossless: Bool
        /// The SHA-256 of the source file, in hexadecimal, if it is known.
        public var sourceSHA256: String?

        /// A provenance of these values.
        public init(coding: String, isLossless: Bool, sourceSHA256: String?) {
            self.coding = coding
            self.isLossless = isLossless
            self.sourceSHA256 = sourceSHA256
        }
    }

    /// The most times that a file is slower than nature.
    public static let expansionLimit: UInt32 = 9999

    /// The format of the recording's samples, at its own rate.
    public var format: WaveFormat
    /// How many samples the recording has.
    public let sampleCount: UInt64
    /// The samples of the recording that the file has.
    public private(set) var samples: Range<UInt64>
    /// How many times slower than the recording the file is.
    private var divisor: UInt32 = 1
    /// How many times slower than nature the recording is: more than 1 if the source was expanded in time already.
    private var sourceExpansion: UInt32 = 1

    /// When the recording's first sample was taken.
    public var start: Timestamp?
    /// Facts by their names in GUANO.
    private(set) var facts = FieldList()
    /// Fields by their names in INFO lists.
    private(set) var info = FieldList()
    /// The fields of the source's `bext` chunk; nil if it had none.
    public var broadcast: BroadcastExtension?
    /// The marks in the recording, by its samples.
    public var cues: [CuePoint] = []
    /// The loops in the recording, by its samples.
    public var sampler: SamplerChunk?
    /// Chunks of the source's that are in the file as they are, if it has the whole recording at the recording's own rate.
    public var chunks: [SourceChunk] = []
    /// How the samples came to be; nil if that is not known.
    public var provenance: Provenance?

    /// The description of a whole recording of `sampleCount` samples of which nothing is known but its `format`.
    public init(format: WaveFormat, sampleCount: UInt64) {
        self.format = format
        self.sampleCount = sampleCount
        samples = 0..<sampleCount
    }

    /// Adds a fact by its name in GUANO (`Make`, `Loc Position`, `User|Site`), unless there is one of that name, or it is none that GUANO
    /// can say. `Timestamp`, `Samplerate` and `Length` follow from the rest, and are left out. `TE` says how many times the recording is
    /// slower than nature.
    public mutating func add(fact name: String, _ value: String?) {
        guard let value, let field = GuanoChunk.field(name, value), !Self.isDerived(field.name) else { return }
        facts.add(field)
        guard field.name == "TE", let factor = Double(field.value).flatMap({ UInt32(exactly: $0) }),
            (1...Self.expansionLimit).contains(factor), format.sampleRate.multiplied(by: factor) != nil
        else { return }
        sourceExpansion = factor
    }

    /// Adds a field by its name in INFO lists (`ICMT`), unless there is one of that name, or it is none that such a list can have.
    public mutating func add(info name: String, _ value: String?) {
        guard let value, let field = InfoList.field(name, value) else { return }
        info.add(field)
    }

    // MARK: - Other files

    /// The description of the samples `range` of this file, as a file of its own: its start is moved, and of the marks it has those that
    /// lie within. What lies outside of this file is left out.
    public func clipped(to range: Range<UInt64>) -> WaveDescription {
        let count = samples.upperBound - samples.lowerBound
        let range = range.clamped(to: 0..<count)
        var clip = self
        clip.samples = samples.lowerBound + range.lowerBound..<samples.lowerBound + range.upperBound
        return clip
    }

    /// The description of the same samples at a `factor`-th of this file's rate, rounded to whole hertz; nil if `factor` is 0, or if the
    /// file would be slower than nature by more than `expansionLimit`.
    public func expanded(by factor: UInt32) -> WaveDescription? {
        guard factor > 0, let divisor = divisor.multiplied(by: factor),
            let expansion = divisor.multiplied(by: sourceExpansion), expansion <= Self.expansionLimit
        else { return nil }
        var description = self
        description.divisor = divisor
        return description
    }

    /// The description of a file of `sampleCount` samples that begins `sample` samples after this one, or before it, and may have other
    /// sound or silence in it. There are no marks in it.
    public func beginning(at sample: Int64, sampleCount: UInt64) -> WaveDescription {
        var description = WaveDescription(format: format, sampleCount: sampleCount)
        description.divisor = divisor
        description.sourceExpansion = sourceExpansion
        description.start = start.flatMap { start in
            Int64(exactly: samples.lowerBound)?.adding(sample).flatMap {
                start.adding(samples: $0, rate: trueSampleRate)
            }
        }
        description.facts = facts
        description.info = info
        description.broadcast = broadcast?.withoutMeasures
        description.provenance = provenance
        return description
    }

    /// The format of the file's samples.
    public var fileFormat: WaveFormat {
        let rate = (UInt64(format.sampleRate) + UInt64(divisor / 2)) / UInt64(divisor)
        return WaveFormat(
            sampleRate: UInt32(clamping: max(rate, 1)), channels: format.channels, encoding: format.encoding) ?? format
    }

    /// How many times slower than nature the file is.
    var expansion: UInt32 { divisor * sourceExpansion }

    /// The rate at which the samples were taken, in hertz.
    public var trueSampleRate: UInt32 { format.sampleRate * sourceExpansion }

    /// Whether the file has the whole recording at its own rate, so that all is true of it that is true of the source.
    var isWhole: Bool { samples == 0..<sampleCount && divisor == 1 }

    /// How many samples the file has.
    public var fileSampleCount: UInt64 { samples.upperBound - samples.lowerBound }

    /// The file's layout, with the metadata of `selection`; nil if the file would have more than `Int64.max` bytes.
    public func layout(_ selection: MetadataSelection) -> WaveLayout? {
        WaveLayout(format: fileFormat, sampleCount: fileSampleCount, metadata: chunks(selection))
    }
}
