import Support

/// The STREAMINFO block of a FLAC stream. RFC 9639, section 8.2.
public struct FLACStreamInfo: Sendable, Equatable {
    /// Bytes of the block, without its header.
    static let byteCount = 34

    /// Samples of the smallest frame except the last, at least 16.
    public let minimumBlockSize: Int
    /// Samples of the largest frame, at most 65 535.
    public let maximumBlockSize: Int
    /// Bytes of the smallest frame; nil if the encoder did not know.
    public let minimumFrameByteCount: Int?
    /// Bytes of the largest frame; nil if the encoder did not know. Not reliable.
    public let maximumFrameByteCount: Int?
    /// Samples of one channel per second, 1 to 1 048 575.
    public let sampleRate: UInt32
    /// 1 to 8, in WAVE's order.
    public let channels: Int
    /// 4 to 32.
    public let bitsPerSample: Int
    /// Samples of one channel; nil if the encoder did not know.
    public let totalSamples: UInt64?
    /// The MD5 of all samples, interleaved, signed, little-endian, in whole bytes; nil if the encoder did not compute it.
    public let md5: [UInt8]?

    /// The bytes of the block in the stream.
    let bytes: [UInt8]

    /// The block of these 34 bytes.
    public init(_ bytes: [UInt8]) throws(AudioCodingError) {
        var reader = ByteReader(bytes)
        guard bytes.count == Self.byteCount,
            let minimumBlockSize = reader.readBigEndian(UInt16.self),
            let maximumBlockSize = reader.readBigEndian(UInt16.self),
            let minimumFrameHigh = reader.readBigEndian(UInt16.self), let minimumFrameLow = reader.readByte(),
            let maximumFrameHigh = reader.readBigEndian(UInt16.self), let maximumFrameLow = reader.readByte(),
            let packed = reader.readBigEndian(UInt64.self),
            let md5 = reader.read(16)
        else {
            throw AudioCodingError(.flac, "STREAMINFO has \(bytes.count) bytes instead of \(Self.byteCount)")
        }
        guard minimumBlockSize >= 16, minimumBlockSize <= maximumBlockSize else {
            let sizes = "\(minimumBlockSize) to \(maximumBlockSize)"
            throw AudioCodingError(.flac, "STREAMINFO announces blocks of \(sizes) samples")
        }
        let minimumFrame = Int(minimumFrameHigh) << 8 | Int(minimumFrameLow)
        let maximumFrame = Int(maximumFrameHigh) << 8 | Int(maximumFrameLow)
        let total = packed & 0xF_FFFF_FFFF

        self.minimumBlockSize = Int(minimumBlockSize)
        self.maximumBlockSize = Int(maximumBlockSize)
        minimumFrameByteCount = minimumFrame == 0 ? nil : minimumFrame
        maximumFrameByteCount = maximumFrame == 0 ? nil : maximumFrame
        sampleRate = UInt32(packed >> 44)
        channels = Int(packed >> 41 & 0x7) + 1
        bitsPerSample = Int(packed >> 36 & 0x1F) + 1
        totalSamples = total == 0 ? nil : total
        self.md5 = md5.allSatisfy { $0 == 0 } ? nil : Array(md5)
        self.bytes = bytes

        guard sampleRate > 0 else {
            throw AudioCodingError(.flac, "STREAMINFO announces no sample rate: this is not sound")
        }
        guard bitsPerSample >= 4 else {
            throw AudioCodingError(.flac, "STREAMINFO announces \(bitsPerSample) bits a sample")
        }
    }

    /// The properties that frames must share to be decoded by one decoder.
    public struct Form: Sendable, Hashable {
        let minimumBlockSize, maximumBlockSize: Int
        let sampleRate: UInt32
        let channels, bitsPerSample: Int
    }

    /// The form of the frames: a decoder of any stream of the same form decodes them.
    public var form: Form {
        Form(
            minimumBlockSize: minimumBlockSize, maximumBlockSize: maximumBlockSize, sampleRate: sampleRate,
            channels: channels, bitsPerSample: bitsPerSample)
    }

    /// The most bytes of a frame, whatever `maximumFrameByteCount` says: twice the samples of the largest block without any coding,
    /// and room for headers.
    public var frameByteCountLimit: Int {
        2 * maximumBlockSize * channels * (bitsPerSample + 1) / 8 + 1024
    }
}

extension AudioCodingError.Codec {
    /// FLAC.
    public static let flac = Self(name: "FLAC")
}
