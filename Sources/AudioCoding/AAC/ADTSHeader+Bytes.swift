extension ADTSHeader {
    /// The seven bytes of the header, without CRC, of an AAC-LC frame of `payloadByteCount` bytes besides the header.
    /// `sampleRate` must be one of `sampleRates`, and `channelConfiguration` at most 7.
    static func bytes(
        sampleRate: UInt32, channelConfiguration: UInt8, payloadByteCount: Int
    ) throws(AudioCodingError) -> [UInt8] {
        guard let rateIndex = sampleRates.firstIndex(of: sampleRate) else {
            throw AudioCodingError(.aac, "\(sampleRate) Hz does not fit in ADTS")
        }
        let byteCount = payloadByteCount + 7
        guard payloadByteCount > 0, byteCount <= frameByteCountLimit else {
            throw AudioCodingError(.aac, "a frame of \(payloadByteCount) bytes does not fit in ADTS")
        }
        // A buffer fullness of all ones means a variable bit rate.
        return [
            0xFF, 0xF1,
            1 << 6 | UInt8(rateIndex) << 2 | channelConfiguration >> 2,
            (channelConfiguration & 0x3) << 6 | UInt8(byteCount >> 11),
            UInt8(byteCount >> 3 & 0xFF),
            UInt8(byteCount & 0x7) << 5 | 0x1F,
            0xFC,
        ]
    }
}
