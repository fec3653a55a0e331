import AudioCoding

/// Which of the samples that a stream's packets decode to are the recording.
struct RecordedExtent {
    /// Samples of one channel before the first of the recording.
    private(set) var skippedSamples: UInt64 = 0
    /// Samples of one channel of the recording.
    private(set) var sampleCount: UInt64 = 0

    fileprivate mutating func append(_ packet: MediaPacket) {
        skippedSamples += UInt64(max(packet.startTrim, 0))
        sampleCount += UInt64(max(packet.sampleCount - packet.startTrim - packet.endTrim, 0))
    }
}

extension MediaSource {
    /// Hands the frame of every packet of the stream to `body`, in order. `progress` is called with the samples of one channel of each.
    /// Returns which of the samples are the recording.
    func forEachFrame(
        progress: (UInt64) -> Void, _ body: (EncodedFrame) throws -> Void
    ) throws -> RecordedExtent {
        var extent = RecordedExtent()
        while let packet = try nextPacket() {
            try body(packet.frame)
            extent.append(packet)
            progress(UInt64(packet.sampleCount))
        }
        return extent
    }
}
