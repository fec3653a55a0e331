import Support

/// The `fmt ` chunk of a source, with WAVE_FORMAT_EXTENSIBLE resolved; or what other containers say of plain samples.
public struct WaveSourceFormat: Sendable, Equatable {
    /// The format tag: 1 for integers, 3 for floating point; for an extensible format, the tag in its GUID.
    let tag: UInt16
    /// The number of channels, at least one.
    let channels: Int
    /// Samples of one channel per second, above zero.
    let sampleRate: UInt32
    /// Bytes of one sample of all channels, above zero.
    public let blockAlign: Int
    /// Bits of one sample of one channel, according to the file.
    let bitsPerSample: Int
    /// Whether the numbers of the file are big-endian, as in RIFX.
    let isBigEndian: Bool
    /// Whether integers of 8 bits are signed.
    private var isSigned8 = false

    private static let extensibleTag: UInt16 = 0xFFFE
    private static let integerTag: UInt16 = 1
    private static let floatTag: UInt16 = 3
    /// The bytes behind the tag in the GUIDs of WAVE's formats, and in those of ambisonic B-format (dream.cs.bath.ac.uk, "WAVE-EX").
    private static let guidSuffixes: [[UInt8]] = [
        [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71],
        [0, 0, 0x21, 0x07, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0],
    ]

    /// The format in the contents of a `fmt ` chunk.
    init(_ contents: [UInt8], isBigEndian: Bool = false) throws(WaveSourceError) {
        var reader = ByteReader(contents)
        func number<T: FixedWidthInteger>(_ type: T.Type) -> T? {
            isBigEndian ? reader.readBigEndian(type) : reader.readLittleEndian(type)
        }
        guard let tag = number(UInt16.self), let channels = number(UInt16.self), let sampleRate = number(UInt32.self),
            reader.skip(4), let blockAlign = number(UInt16.self), let bits = number(UInt16.self)
        else { throw WaveSourceError("its fmt chunk has only \(contents.count) bytes") }
        guard channels > 0, sampleRate > 0, blockAlign > 0 else {
            throw WaveSourceError(
                "its fmt chunk announces \(channels) channels at \(sampleRate) Hz in blocks of \(blockAlign) bytes")
        }
        self.channels = Int(channels)
        self.sampleRate = sampleRate
        self.blockAlign = Int(blockAlign)
        bitsPerSample = Int(bits)
        self.isBigEndian = isBigEndian
        guard tag == Self.extensibleTag else {
            self.tag = tag
            return
        }
        guard reader.skip(8), let guid = reader.read(16) else {
            throw WaveSourceError("its extensible fmt chunk has only \(contents.count) bytes")
        }
        // The first three fields of a GUID are numbers.
        let fields =
            guid.prefix(4).reversed() + guid.dropFirst(4).prefix(2).reversed()
            + guid.dropFirst(6).prefix(2).reversed() + guid.dropFirst(8)
        let identifier = isBigEndian ? Array(fields) : Array(guid)
        let isKnown = Self.guidSuffixes.contains { identifier.dropFirst(2).elementsEqual($0) }
        self.tag = isKnown ? UInt16(identifier.prefix(2)) : Self.extensibleTag
    }

    /// Plain samples of `bits` bits, which other containers than RIFF have. Nil if there are no channels, no rate or no bits.
    init?(
        channels: Int, sampleRate: UInt32, bits: Int, isFloat: Bool, isBigEndian: Bool, isSigned8: Bool
    ) {
        guard channels > 0, channels <= Int(UInt16.max), sampleRate > 0, (1...64).contains(bits) else { return nil }
        tag = isFloat ? Self.floatTag : Self.integerTag
        self.channels = channels
        self.sampleRate = sampleRate
        blockAlign = channels * ((bits + 7) / 8)
        bitsPerSample = bits
        self.isBigEndian = isBigEndian
        self.isSigned8 = isSigned8
    }

    /// The format of the samples' containers if the bytes in the file are those of a WAV file of that format; nil for coded samples
    /// (ADPCM, µ-law …), for containers that no `SampleEncoding` has, and for big-endian samples.
    ///
    /// Integers of fewer bits than their container (24 in 4 bytes, 12 in 2) count as samples of the container's size: every byte of
    /// them is kept, and the header of the source still says which bits are significant.
    public var samples: WaveFormat? { packing == nil ? plainSamples : nil }

    /// The format of plain samples, to which `packing` brings them if it is not nil; nil for coded samples.
    ///
    /// Of integers in containers of more than 4 bytes, the most significant 4 are the samples: valid bits are at the high end of their
    /// container, and the others are zero. A header that announces containers of more than 8 bytes is wrong. See "WAVEFORMATEXTENSIBLE
    /// structure (mmreg.h)" in Microsoft's documentation.
    public var plainSamples: WaveFormat? {
        guard let containerByteCount, let encoding = Self.encoding(tag: tag, containerByteCount: containerByteCount)
        else { return nil }
        return WaveFormat(sampleRate: sampleRate, channels: channels, encoding: encoding)
    }

    /// How the samples lie in the file; nil if as they do in a WAV file, or if they are coded.
    public var packing: WaveSamplePacking? {
        guard let containerByteCount, let samples = plainSamples else { return nil }
        guard isBigEndian || isSigned8 || containerByteCount != samples.encoding.bytes else { return nil }
        return WaveSamplePacking(
            containerByteCount: containerByteCount, sampleByteCount: samples.encoding.bytes, isBigEndian: isBigEndian,
            isSigned8: isSigned8 && containerByteCount == 1)
    }

    /// Why the samples cannot be read, although they are not coded; nil if they can, or are coded.
    public var obstacle: String? {
        guard tag == Self.integerTag || tag == Self.floatTag, plainSamples == nil else { return nil }
        let kind = tag == Self.integerTag ? "integers" : "floating-point numbers"
        return "its header announces \(kind) of \(bitsPerSample) bits at \(sampleRate) Hz, \(channels) to a block of "
            + "\(blockAlign) bytes, and no such samples are known here: if the header is wrong, correct it; if not, convert the "
            + "samples to integers of up to 32 bits or floats of 32 or 64"
    }

    /// Whether it is known in which order the bytes of the coded samples are: in RIFX only of µ-law and A-law, which have one byte.
    public var hasKnownByteOrder: Bool { !isBigEndian || [6, 7].contains(tag) }

    /// Bytes of one sample of one channel; nil if its bits do not fit, or if floats do not fill it.
    private var containerByteCount: Int? {
        let (byteCount, rest) = blockAlign.quotientAndRemainder(dividingBy: channels)
        let isPadded = tag == Self.integerTag && bitsPerSample > 0 && bitsPerSample < byteCount * 8
        return rest == 0 && (isPadded || bitsPerSample == byteCount * 8) ? byteCount : nil
    }

    private static func encoding(tag: UInt16, containerByteCount: Int) -> SampleEncoding? {
        switch (tag, containerByteCount) {
        case (1, 1): .unsigned8
        case (1, 2): .integer16
        case (1, 3): .integer24
        case (1, 4...8): .integer32
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
