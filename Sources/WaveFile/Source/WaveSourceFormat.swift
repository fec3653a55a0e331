import Support

/// The `fmt ` chunk of a source, with WAVE_FORMAT_EXTENSIBLE resolved.
public struct WaveSourceFormat: Sendable, Equatable {
    /// The format tag: 1 for integers, 3 for floating point; for an extensible format, the tag in its GUID.
    let tag: UInt16
    /// The number of channels, at least one.
    let channels: Int
    /// Samples of one channel per second, above zero.
    let sampleRate: UInt32
    /// Bytes of one sample of all channels, above zero.
    let blockAlign: Int
    /// Bits of one sample of one channel, according to the file.
    let bitsPerSample: Int

    private static let extensibleTag: UInt16 = 0xFFFE
    private static let integerTag: UInt16 = 1
    /// The bytes behind the tag in the GUIDs of WAVE's formats.
    private static let guidSuffix: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]

    /// The format in the contents of a `fmt ` chunk.
    init(_ contents: [UInt8]) throws(WaveSourceError) {
        var reader = ByteReader(contents)
        guard let tag = reader.readLittleEndian(UInt16.self), let channels = reader.readLittleEndian(UInt16.self),
            let sampleRate = reader.readLittleEndian(UInt32.self), reader.skip(4),
            let blockAlign = reader.readLittleEndian(UInt16.self), let bits = reader.readLittleEndian(UInt16.self)
        else { throw WaveSourceError("its fmt chunk has only \(contents.count) bytes") }
        guard channels > 0, sampleRate > 0, blockAlign > 0 else {
            throw WaveSourceError(
                "its fmt chunk announces \(channels) channels at \(sampleRate) Hz in blocks of \(blockAlign) bytes")
        }
        self.channels = Int(channels)
        self.sampleRate = sampleRate
        self.blockAlign = Int(blockAlign)
        bitsPerSample = Int(bits)
        guard tag == Self.extensibleTag else {
            self.tag = tag
            return
        }
        guard reader.skip(8), let guid = reader.read(16) else {
            throw WaveSourceError("its extensible fmt chunk has only \(contents.count) bytes")
        }
        self.tag = guid.dropFirst(2).elementsEqual(Self.guidSuffix) ? UInt16(guid.prefix(2)) : Self.extensibleTag
    }

    /// The format of the samples' containers; nil for coded samples (ADPCM, µ-law …) and for containers that no `SampleEncoding` has.
    ///
    /// Integers of fewer bits than their container (24 in 4 bytes, 12 in 2) count as samples of the container's size: every byte of
    /// them is kept, and the header of the source still says which bits are significant.
    public var samples: WaveFormat? {
        let (containerByteCount, rest) = blockAlign.quotientAndRemainder(dividingBy: channels)
        let containerBits = containerByteCount * 8
        let isFilled = bitsPerSample == containerBits
        let isPadded = tag == Self.integerTag && bitsPerSample > 0 && bitsPerSample < containerBits
        guard rest == 0, isFilled || isPadded,
            let encoding = Self.encoding(tag: tag, containerByteCount: containerByteCount)
        else { return nil }
        return WaveFormat(sampleRate: sampleRate, channels: channels, encoding: encoding)
    }

    private static func encoding(tag: UInt16, containerByteCount: Int) -> SampleEncoding? {
        switch (tag, containerByteCount) {
        case (1, 1): .unsigned8
        case (1, 2): .integer16
        case (1, 3): .integer24
        case (1, 4): .integer32
        case (3, 4): .float32
        case (3, 8): .float64
        default: nil
        }
    }
}

extension UInt16 {
    /// The little-endian number of two bytes.
    fileprivate init(_ bytes: some Collection<UInt8>) {
        self = bytes.reversed().reduce(0) { $0 << 8 | UInt16($1) }
    }
}
