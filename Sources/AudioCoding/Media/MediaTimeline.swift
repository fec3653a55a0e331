import Support

/// Where the samples of a stream belong by the times of its packets, so that silence can stand for packets that are missing and
/// later sounds keep their times.
struct MediaTimeline {
    /// Seconds that a gap may last; what claims more is no gap but nonsense.
    private static let longestGap: Int64 = 86_400

    /// Samples of one channel so far, silence included.
    private(set) var sampleCount: UInt64 = 0
    private let sampleRate: Int64
    /// Samples of one channel in the unit of the packets' times; at least one.
    private let samplesPerTick: Int64
    /// The presentation time of the recording's first sample, in samples; nil before it is known.
    private var origin: Int64?

    /// The timeline of a stream of `sampleRate`, whose packets' times are in ticks of `samplesPerTick` samples.
    init(sampleRate: UInt32, samplesPerTick: Int64) {
        self.sampleRate = max(Int64(sampleRate), 1)
        self.samplesPerTick = max(samplesPerTick, 1)
    }

    /// How many samples are missing before the next `count`, which begin at `presentationSample` if that is known.
    ///
    /// Times are compared with where the recording began, so that those which jitter add up to nothing. Throws if they jump ahead by
    /// more than a day.
    mutating func gap(before presentationSample: Int64?, count: Int) throws(MediaFailure) -> UInt64 {
        guard let presentationSample else { return 0 }
        let expected = origin.flatMap { $0.adding(Int64(clamping: sampleCount)) }
        let gap = expected.flatMap { presentationSample.subtracting($0) } ?? 0
        // Times that go back to the start are counted from there.
        if expected == nil || gap < -sampleRate {
            origin = presentationSample.subtracting(Int64(clamping: sampleCount))
            return 0
        }
        guard gap > max(2 * samplesPerTick, Int64(count) / 2) else { return 0 }
        guard gap / sampleRate <= Self.longestGap else {
            throw MediaFailure("the times of its packets jump ahead by \(gap / sampleRate) seconds")
        }
        return UInt64(gap)
    }

    /// Counts `count` more samples.
    mutating func append(_ count: Int) {
        sampleCount = sampleCount.adding(UInt64(clamping: count)) ?? .max
    }
}
