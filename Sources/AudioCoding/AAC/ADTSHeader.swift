/// The header of an ADTS frame. ISO/IEC 14496-3, section 1.A.2.2.
public struct ADTSHeader: Sendable, Equatable {
    /// Bytes of the longer form of the header, which has a CRC.
    public static let maximumByteCount = 9
    /// The most bytes of a frame.
    public static let frameByteCountLimit = 8191

    /// The sample rates, in hertz, that a header can express, in the order of their codes.
    public static let sampleRates: [UInt32] = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
    ]

    /// The audio object type: 1 Main, 2 LC, 3 SSR, 4 LTP.
    public let objectType: UInt8
    /// Samples of one channel a second; half of what a decoder gives with SBR.
    let sampleRate: UInt32
    /// 1 to 6 for as many channels, 7 for eight; 0 if a program config element in the stream says it.
    public let channelConfiguration: UInt8
    /// Bytes of the frame, header included.
    public let frameByteCount: Int
    /// Bytes of the header.
    let byteCount: Int
    /// Raw data blocks in the frame, 1 to 4.
    public let rawDataBlockCount: Int
    /// The bits that are the same in all frames of a stream: those up to the channel configuration, except for the protection bit
    /// and the private bit.
    let fixedBits: UInt32

    /// The form of its sound, for errors.
    var summary: String {
        switch channelConfiguration {
        case 0: "\(sampleRate) Hz"
        case 1: "\(sampleRate) Hz, 1 channel"
        default: "\(sampleRate) Hz, \(channelConfiguration == 7 ? 8 : channelConfiguration) channels"
        }
    }

    /// The header that `bytes` begin with; nil if they begin with none.
    public static func parse(_ bytes: UnsafeRawBufferPointer) -> ADTSHeader? {
        guard bytes.count >= 7, bytes[0] == 0xFF, bytes[1] & 0xF6 == 0xF0 else { return nil }
        let rateIndex = Int(bytes[2] >> 2 & 0xF)
        let byteCount = bytes[1] & 1 == 1 ? 7 : 9
        let frameByteCount = Int(bytes[3] & 0x3) << 11 | Int(bytes[4]) << 3 | Int(bytes[5] >> 5)
        guard rateIndex < sampleRates.count, frameByteCount > byteCount else { return nil }
        return ADTSHeader(
            objectType: (bytes[2] >> 6) + 1, sampleRate: sampleRates[rateIndex],
            channelConfiguration: bytes[2] << 2 & 0x4 | bytes[3] >> 6,
            frameByteCount: frameByteCount, byteCount: byteCount,
            rawDataBlockCount: Int(bytes[6] & 0x3) + 1,
            fixedBits: UInt32(bytes[1] & 0xFE) << 16 | UInt32(bytes[2] & 0xFD) << 8 | UInt32(bytes[3] & 0xC0))
    }
}

extension AudioCodingError.Codec {
    /// AAC.
    public static let aac = Self(name: "AAC")
}
