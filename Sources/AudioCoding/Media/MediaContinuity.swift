/// Finds gaps between the packets of a stream by their times: demuxers skip damaged bytes without an error.
struct MediaContinuity {
    /// Where the next packet has to begin, in samples of presentation time; nil if that is not known.
    private var nextPresentation: Int64?

    /// Checks that a packet of `sampleCount` samples begins where the one before ended, as far as times in ticks of
    /// `samplesPerTick` samples show that.
    mutating func check(presentationSample: Int64?, sampleCount: Int, samplesPerTick: Int64) throws(MediaFailure) {
        guard let presentationSample else { return nextPresentation = nil }
        if let nextPresentation {
            let gap = presentationSample.subtractingReportingOverflow(nextPresentation).partialValue
            guard gap.magnitude / 2 <= samplesPerTick.magnitude else {
                throw MediaFailure(
                    gap > 0
                        ? "\(gap) samples are missing before the packet"
                        : "the packet begins \(gap.magnitude) samples before the end of the one before")
            }
        }
        nextPresentation = presentationSample.addingReportingOverflow(Int64(sampleCount)).partialValue
    }
}
