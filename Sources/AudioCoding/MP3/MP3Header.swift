extension AudioCodingError.Codec {
    /// MPEG audio, layers II and III.
    public static let mp3 = Self(name: "MP3")
}

/// The header of a frame of MPEG audio, the layers of which users call MP2 and MP3. ISO/IEC 11172-3, section 2.4.1.3, and
/// 13818-3, section 2.4.1.3. Rates below 16 kHz are no part of either standard, but of what encoders call MPEG-2.5.
public struct MP3Header: Sendable, Equatable {
    /// The standard that a frame follows.
    public enum Version: UInt8, Sendable {
        case mpeg25 = 0
        case mpeg2 = 2
        case mpeg1 = 3

        fileprivate var name: String {
            switch self {
            case .mpeg1: "MPEG-1"
            case .mpeg2: "MPEG-2"
            case .mpeg25: "MPEG-2.5"
            }
        }
    }

    /// Bytes of a header.
    public static let byteCount = 4
    /// Bytes that no frame exceeds: one of layer II at 8 kHz and 160 kbit/s.
    public static let frameByteCountLimit = 2881

    /// The standard.
    public let version: Version
    /// 1 to 3.
    public let layer: Int
    /// Whether a CRC of two bytes follows.
    public let hasCRC: Bool
    /// Bits a second; 0 in free format, in which frames do not say how long they are.
    public let bitRate: Int
    /// Samples of one channel a second.
    public let sampleRate: UInt32
    /// 1 or 2.
    public let channels: Int
    /// Bytes of the frame, this header included; 0 in free format.
    public let frameByteCount: Int
    /// What libavformat wants of a header at the front of a file and of the next, to believe that frames begin there: the same
    /// version, layer, rate, channel mode, copyright, origin and emphasis.
    let believedBits: UInt32

    /// The header that `bytes` begin with, or nil if they begin none.
    public static func parse(_ bytes: UnsafeRawBufferPointer) -> MP3Header? {
        guard bytes.count >= byteCount, bytes[0] == 0xFF, bytes[1] & 0xE0 == 0xE0,
            let version = Version(rawValue: bytes[1] >> 3 & 0x3)
        else { return nil }
        let layer = 4 - Int(bytes[1] >> 1 & 0x3)
        let bitRateIndex = Int(bytes[2] >> 4)
        let rateIndex = Int(bytes[2] >> 2 & 0x3)
        guard layer < 4, bitRateIndex < 15, rateIndex < 3 else { return nil }
        let mode = bytes[3] >> 6
        return MP3Header(
            version: version, layer: layer, hasCRC: bytes[1] & 1 == 0, bitRateIndex: bitRateIndex,
            rateIndex: rateIndex, isPadded: bytes[2] & 0x2 != 0, channels: mode == 3 ? 1 : 2,
            believedBits: UInt32(bytes[1] & 0xFE) << 16 | UInt32(bytes[2] & 0x0C) << 8 | UInt32(bytes[3] & 0xCF))
    }

    private init(
        version: Version, layer: Int, hasCRC: Bool, bitRateIndex: Int, rateIndex: Int, isPadded: Bool, channels: Int,
        believedBits: UInt32
    ) {
        self.version = version
        self.layer = layer
        self.hasCRC = hasCRC
        self.channels = channels
        self.believedBits = believedBits
        let halvings = version == .mpeg1 ? 0 : version == .mpeg2 ? 1 : 2
        let rate = [44_100, 48_000, 32_000][rateIndex] >> halvings
        let bitRates = Self.bitRates[version == .mpeg1 ? layer - 1 : layer == 1 ? 3 : 4]
        let bitRate = bitRateIndex == 0 ? 0 : bitRates[bitRateIndex - 1] * 1000
        let padding = isPadded ? 1 : 0
        sampleRate = UInt32(rate)
        self.bitRate = bitRate
        switch (bitRate, layer) {
        case (0, _): frameByteCount = 0
        case (_, 1): frameByteCount = (bitRate * 12 / rate + padding) * 4
        case (_, 3) where version != .mpeg1: frameByteCount = bitRate * 72 / rate + padding
        default: frameByteCount = bitRate * 144 / rate + padding
        }
    }

    /// Thousands of bits a second by index: layers I to III of MPEG-1, layer I of the others, their layers II and III.
    private static let bitRates = [
        [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ]

    /// Samples of one channel that the frame decodes to.
    public var samplesPerFrame: Int {
        switch layer {
        case 1: 384
        case 3 where version != .mpeg1: 576
        default: 1152
        }
    }

    /// Whether the frame says how long it is.
    var hasLength: Bool { frameByteCount > 0 }

    /// Whether a frame of this header and one of `other` can follow each other in a stream.
    func agrees(with other: MP3Header) -> Bool {
        version == other.version && layer == other.layer && sampleRate == other.sampleRate
            && channels == other.channels && hasLength && other.hasLength
    }

    /// For the user: `MPEG-1 layer III, 44100 Hz, 2 channels`.
    var summary: String {
        let channelText = channels == 1 ? "1 channel" : "\(channels) channels"
        return "\(version.name) layer \(String(repeating: "I", count: layer)), \(sampleRate) Hz, \(channelText)"
    }
}
