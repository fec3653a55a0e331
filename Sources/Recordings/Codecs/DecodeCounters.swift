public import Support

/// How much was decoded of recordings of one coding.
public final class DecodeCounter: Sendable {
    /// Decode units.
    public let units = Counter()
    /// Samples of those units.
    public let samples = Counter()
    /// Samples that were decoded for nothing but their effect on a decoder, or to prove that an Opus stream can be decoded from
    /// somewhere.
    public let preRollSamples = Counter()
}

/// How much was decoded, by coding. Numeric arrays are not decoded.
public final class DecodeCounters: Sendable {
    /// Of FLAC; it needs no pre-roll.
    public let flac = DecodeCounter()
    /// Of AAC.
    public let aac = DecodeCounter()
    /// Of Opus.
    public let opus = DecodeCounter()

    /// Nothing yet.
    public init() {}
}
