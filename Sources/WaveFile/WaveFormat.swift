/// The encoding of one sample of one channel in a WAV file.
public enum SampleEncoding: Sendable, Equatable {
    /// 8 bits, unsigned, with 128 for silence: WAV's only 8-bit encoding.
    case unsigned8
    /// Signed little-endian integers; 24 bits are packed in three bytes.
    case integer16, integer24, integer32
    /// IEEE 754, little-endian, full scale ±1.
    case float32, float64

    /// Bits of one sample.
    public var bits: Int {
        switch self {
        case .unsigned8: 8
        case .integer16: 16
        case .integer24: 24
        case .integer32, .float32: 32
        case .float64: 64
        }
    }

    /// Bytes of one sample.
    public var bytes: Int { bits / 8 }

    /// Whether samples are floating-point.
    public var isFloat: Bool { self == .float32 || self == .float64 }
}

/// The format of the samples of a WAV file, as its `fmt ` chunk has it.
///
/// The initializer refuses every format that does not fit in that chunk.
public struct WaveFormat: Sendable, Equatable {
    /// Samples of one channel per second, above zero.
    public let sampleRate: UInt32
    /// The number of interleaved channels, in the order of WAVE's speaker mask; at least one.
    public let channels: Int
    /// The encoding of each sample.
    public let encoding: SampleEncoding

    /// Nil if a `fmt ` chunk cannot express it: no channels, no rate, a block of more than 65 535 bytes, or a byte rate of more than
    /// 32 bits.
    public init?(sampleRate: UInt32, channels: Int, encoding: SampleEncoding) {
        guard sampleRate > 0, channels > 0, channels <= Int(UInt16.max) / encoding.bytes else { return nil }
        let (_, overflow) = sampleRate.multipliedReportingOverflow(by: UInt32(channels * encoding.bytes))
        guard !overflow else { return nil }
        self.sampleRate = sampleRate
        self.channels = channels
        self.encoding = encoding
    }

    /// Bytes of one sample of all channels (`nBlockAlign`), at most 65 535.
    public var blockAlign: Int { channels * encoding.bytes }
}
