/// The configuration of AAC frames without ADTS headers, as MP4 and Matroska store it. ISO/IEC 14496-3, section 1.6.2.1.
public struct AudioSpecificConfig: Sendable, Equatable {
    /// Samples of one channel per second.
    public let sampleRate: UInt32
    /// 1 to 6 for as many channels, 7 for eight.
    public let channelConfiguration: UInt8

    /// The configuration in `bytes`. Only AAC-LC that ADTS headers can express is supported: no SBR, frames of 1024 samples, one of
    /// ADTS's rates and channel configurations.
    init(_ bytes: [UInt8]) throws(AudioCodingError) {
        var bits = BitReader(bytes)
        guard let objectType = bits.read(5), let rateIndex = bits.read(4) else { throw Self.cutShort }
        guard objectType == 2 else {
            throw AudioCodingError(.aac, "audio object type \(objectType) does not fit in ADTS: only AAC-LC does")
        }
        if rateIndex == 15 {
            guard let rate = bits.read(24) else { throw Self.cutShort }
            sampleRate = rate
        } else {
            sampleRate = Int(rateIndex) < ADTSHeader.sampleRates.count ? ADTSHeader.sampleRates[Int(rateIndex)] : 0
        }
        guard ADTSHeader.sampleRates.contains(sampleRate) else {
            throw AudioCodingError(.aac, "\(sampleRate) Hz does not fit in ADTS")
        }
        guard let channels = bits.read(4), let isShort = bits.read(1), let dependsOnCore = bits.read(1),
            let isExtended = bits.read(1)
        else { throw Self.cutShort }
        guard (1...7).contains(channels) else {
            throw AudioCodingError(.aac, "channel configuration \(channels) does not fit in ADTS")
        }
        guard isShort == 0, dependsOnCore == 0, isExtended == 0 else {
            throw AudioCodingError(.aac, "frames of 960 samples and scalable coding do not fit in ADTS")
        }
        // A sync extension announces SBR after all.
        if bits.read(11) == 0x2B7, bits.read(5) == 5, bits.read(1) == 1 {
            throw AudioCodingError(.aac, "SBR does not fit in ADTS")
        }
        channelConfiguration = UInt8(channels)
    }

    /// Samples of one channel, at `sampleRate`, that a frame of a stream with the configuration `bytes` decodes to: 1024 at the rate that
    /// the frames are coded in, which is half of `sampleRate` with SBR. Nil if it is neither AAC-LC nor HE-AAC.
    static func samplesPerFrame(_ bytes: [UInt8], sampleRate: UInt32) -> Int? {
        var bits = BitReader(bytes)
        // AAC-LC, SBR and parametric stereo.
        guard let objectType = bits.read(5), [2, 5, 29].contains(objectType), let rateIndex = bits.read(4) else {
            return nil
        }
        let rates = ADTSHeader.sampleRates
        let rate = rateIndex == 15 ? bits.read(24) : rateIndex < rates.count ? rates[Int(rateIndex)] : nil
        guard let rate, rate > 0, bits.read(4) != nil, sampleRate == rate || sampleRate / 2 == rate else { return nil }
        // Frames of 960 samples; with SBR, another rate is before that.
        guard objectType != 2 || bits.read(1) == 0 else { return nil }
        return AACEncoder.samplesPerFrame * Int(sampleRate / rate)
    }

    private static var cutShort: AudioCodingError {
        AudioCodingError(.aac, "the AudioSpecificConfig is cut short")
    }

    /// Reads up to 32 bits at a time, the most significant first.
    private struct BitReader {
        private let bytes: [UInt8]
        private var position = 0

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
        }

        /// Consumes and returns the next `count` bits; nil if fewer are left.
        mutating func read(_ count: Int) -> UInt32? {
            guard position + count <= 8 * bytes.count else { return nil }
            defer { position += count }
            return (position..<position + count).reduce(0) { (value: UInt32, index) in
                let bit = bytes[index / 8] >> (7 - index % 8) & 1
                return value << 1 | UInt32(bit)
            }
        }
    }
}
