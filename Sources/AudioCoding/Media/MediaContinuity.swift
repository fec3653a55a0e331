import CLibAV

/// Sees to it that nothing is missing between the packets of a stream: demuxers pass over damaged bytes in silence.
struct MediaContinuity {
    /// Where the next FLAC frame has to begin, by the frames' own count; nil before the first.
    private var nextSample: UInt64?
    /// Where the next packet has to begin, in samples of presentation time, where that is known.
    private var nextPresentation: Int64?

    /// Checks that a FLAC frame goes on where the one before ended.
    mutating func check(_ header: FLACFrameHeader) throws(MediaFailure) {
        if let nextSample, nextSample != header.firstSample {
            throw MediaFailure(
                "samples are missing: the frame is that of sample \(header.firstSample), not \(nextSample)")
        }
        nextSample = header.firstSample &+ UInt64(header.blockSize)
    }

    /// Checks that a packet of `sampleCount` samples goes on where the one before ended, as far as times in ticks of
    /// `samplesPerTick` can tell.
    mutating func check(presentationSample: Int64?, sampleCount: Int, samplesPerTick: Int64) throws(MediaFailure) {
        guard let presentationSample else { return nextPresentation = nil }
        if let nextPresentation {
            let gap = presentationSample.subtractingReportingOverflow(nextPresentation).partialValue
            guard gap.magnitude / 2 <= samplesPerTick.magnitude else {
                throw MediaFailure("\(gap) samples are missing before the packet")
            }
        }
        nextPresentation = presentationSample.addingReportingOverflow(Int64(sampleCount)).partialValue
    }

    /// Checks that FLAC frames which ended here are all `streamInfo` announces.
    func checkEnd(of streamInfo: FLACStreamInfo) throws(MediaFailure) {
        guard let total = streamInfo.totalSamples, total != nextSample ?? 0 else { return }
        throw MediaFailure("the stream ends at sample \(nextSample ?? 0) of \(total)")
    }
}
