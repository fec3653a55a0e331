extension OpusHead {
    /// The header of a stream without gain.
    init(
        channels: Int, preSkip: Int, inputSampleRate: UInt32, mappingFamily: MappingFamily, streamCount: Int,
        coupledCount: Int, channelMapping: [UInt8]
    ) {
        self.channels = channels
        self.preSkip = preSkip
        self.inputSampleRate = inputSampleRate
        outputGain = 0
        self.mappingFamily = mappingFamily
        self.streamCount = streamCount
        self.coupledCount = coupledCount
        self.channelMapping = channelMapping
    }

    /// The same header with another pre-skip; nil if it has no room for so large a number.
    public func with(preSkip: UInt64) -> OpusHead? {
        guard let preSkip = UInt16(exactly: preSkip) else { return nil }
        var head = self
        head.preSkip = Int(preSkip)
        return head
    }

    /// The header as a packet.
    public var bytes: [UInt8] {
        var bytes = Array("OpusHead".utf8) + [1, UInt8(channels)]
        withUnsafeBytes(of: UInt16(truncatingIfNeeded: preSkip).littleEndian) { bytes += $0 }
        withUnsafeBytes(of: inputSampleRate.littleEndian) { bytes += $0 }
        withUnsafeBytes(of: outputGain.littleEndian) { bytes += $0 }
        bytes.append(mappingFamily.rawValue)
        guard mappingFamily != .monoOrStereo else { return bytes }
        return bytes + [UInt8(streamCount), UInt8(coupledCount)] + channelMapping
    }
}
