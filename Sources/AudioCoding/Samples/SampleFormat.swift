/// The format of one sample of one channel in memory, which is that of WAV files.
public enum SampleFormat: Sendable, Hashable {
    /// Integers of 1 to 32 significant bits in as many whole bytes as they need, little-endian and not scaled: unsigned up to 8
    /// bits, with 128 for silence, and signed above.
    case integer(bits: Int)
    /// IEEE 754, little-endian, full scale ±1.
    case float32, float64

    /// Bytes of one sample of one channel.
    public var byteCount: Int {
        switch self {
        case .integer(let bits): (bits + 7) / 8
        case .float32: 4
        case .float64: 8
        }
    }

    /// Whether samples are integers.
    public var isInteger: Bool {
        if case .integer = self { true } else { false }
    }
}

extension AudioCodingError.Codec {
    /// Samples as they are.
    public static let pcm = Self(name: "PCM")
}
