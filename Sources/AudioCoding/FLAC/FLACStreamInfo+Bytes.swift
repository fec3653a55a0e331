extension FLACStreamInfo {
    /// The block with these values; 0 bytes, 0 samples and an MD5 of zeros mean "unknown".
    init(
        minimumBlockSize: Int, maximumBlockSize: Int, minimumFrameByteCount: UInt32 = 0,
        maximumFrameByteCount: UInt32 = 0, sampleRate: UInt32, channels: Int, bitsPerSample: Int,
        totalSamples: UInt64 = 0, md5: [UInt8] = Array(repeating: 0, count: 16)
    ) throws(AudioCodingError) {
        func bigEndian(_ value: some FixedWidthInteger, _ byteCount: Int) -> [UInt8] {
            (0..<byteCount).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let packed =
            UInt64(sampleRate) << 44 | UInt64(channels - 1) << 41 | UInt64(bitsPerSample - 1) << 36
            | totalSamples & 0xF_FFFF_FFFF
        try self.init(
            bigEndian(minimumBlockSize, 2) + bigEndian(maximumBlockSize, 2) + bigEndian(minimumFrameByteCount, 3)
                + bigEndian(maximumFrameByteCount, 3) + bigEndian(packed, 8) + md5)
    }
}

extension FLACStreamInfo {
    /// The block in the `extradata` of a container, alone or behind `fLaC` and its header.
    init(extradata: [UInt8]) throws(AudioCodingError) {
        let isWhole = extradata.starts(with: "fLaC".utf8)
        try self.init(Array(extradata.dropFirst(isWhole ? 8 : 0).prefix(Self.byteCount)))
    }
}

extension FLACStreamInfo {
    /// The same block with `totalSamples` of one channel, for a stream whose encoder did not know them.
    public func with(totalSamples: UInt64) throws(AudioCodingError) -> FLACStreamInfo {
        try with(totalSamples: totalSamples, md5: md5)
    }

    /// The same block with `totalSamples` of one channel, whose MD5 is `md5`; nil if that is not known.
    func with(totalSamples: UInt64, md5: [UInt8]?) throws(AudioCodingError) -> FLACStreamInfo {
        try FLACStreamInfo(
            minimumBlockSize: minimumBlockSize, maximumBlockSize: maximumBlockSize,
            minimumFrameByteCount: UInt32(minimumFrameByteCount ?? 0),
            maximumFrameByteCount: UInt32(maximumFrameByteCount ?? 0), sampleRate: sampleRate, channels: channels,
            bitsPerSample: bitsPerSample, totalSamples: totalSamples,
            md5: md5 ?? Array(repeating: 0, count: 16))
    }

    /// The bytes before the frames of a stream without other metadata: `fLaC` and the block.
    public var streamHeader: [UInt8] {
        Array("fLaC".utf8) + [0x80, 0, 0, UInt8(Self.byteCount)] + bytes
    }
}
