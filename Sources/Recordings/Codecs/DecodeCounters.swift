public import Support

/// How much was decoded of recordings of one codec.
public final class DecodeCounter: Sendable {
    /// Decode units.
    public let units = Counter()
    /// Samples of those units.
    public let samples = Counter()
    /// Samples that were decoded for nothing but their effect on a decoder, or to prove that a stream can be decoded from
    /// somewhere.
    public let preRollSamples = Counter()
}

/// How much was decoded, by codec.
public final class DecodeCounters: Sendable {
    /// The counter of each codec that decodes, in the registry's order.
    public let all: [(codec: AudioCodec, counter: DecodeCounter)]
    /// For the codecs that decode nothing.
    private let other = DecodeCounter()

    /// Counters at zero.
    public init() {
        all = CodecRegistry.all.filter(\.isDecoded).map { ($0.name, DecodeCounter()) }
    }

    /// The counter of `codec`.
    public subscript(codec: AudioCodec) -> DecodeCounter {
        all.first { $0.codec == codec }?.counter ?? other
    }
}
