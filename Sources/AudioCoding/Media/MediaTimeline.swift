import Support

/// Where the samples of a stream belong by the times of its packets, so that silence can stand for packets that are missing and
/// later sounds keep their times.
struct MediaTimeline {
    /// Samples of all gaps together, a day at 48 kHz: what claims more is no gap but nonsense, which would never be written to its end.
    private static let gapLimit: UInt64 = 1 << 32

    /// Samples of one channel so far, silence included.
    private(set) var sampleCount: UInt64 = 0
    private let sampleRate: Int64
    /// Samples by which times may be wrong although nothing is missing.
    private let tolerance: Int64
    /// The same if something is known to be missing: what the unit of times, and a fifth of a millisecond, can make of it.
    private let toleranceAfterLoss: Int64
    /// Whether a packet was lost since the last samples.
    private var hasLost = false
    /// The presentation time of the recording's first sample, in samples; nil before it is known.
    private var origin: Int64?
    /// Samples of a packet, at least; 0 if they vary.
    private let samplesPerPacket: Int64
    /// Samples that a tick may be wrong by.
    private let tickTolerance: Int64
    /// The packets whose times are not where the one before ends; nil if there are none.
    private(set) var contradiction: TimeContradiction?
    /// Samples of the gaps so far.
    private var missingSampleCount: UInt64 = 0

    /// The timeline of a stream of `sampleRate`, whose packets' times are in ticks of `samplesPerTick` samples and have
    /// `samplesPerPacket` samples each; 0 if they vary. libavformat's times of Vorbis are wrong by as much as half a block.
    /// `isExact` says that they are wrong by no more than ticks make them.
    init(sampleRate: UInt32, samplesPerTick: Int64, samplesPerPacket: Int, isExact: Bool = false) {
        self.sampleRate = max(Int64(sampleRate), 1)
        let packet = samplesPerPacket > 0 ? Int64(samplesPerPacket) / 2 : self.sampleRate / 50
        let tick = samplesPerTick.multiplied(by: 2) ?? .max
        tickTolerance = tick
        self.samplesPerPacket = Int64(max(samplesPerPacket, 0))
        tolerance = isExact ? tick : max(tick, packet)
        toleranceAfterLoss = max(tick, self.sampleRate / 5_000)
    }

    /// Says that the recording began at `start`, in samples of presentation time, although its first packets are missing.
    mutating func begin(at start: Int64) {
        origin = start
    }

    /// Says that a packet cannot be decoded whose presentation time is `start`, in samples, if that is known. If it is the first, the
    /// recording began there; what comes before 0 is not heard.
    mutating func lose(packetAt start: Int64?) {
        hasLost = true
        if origin == nil, let start { origin = max(0, start) }
    }

    /// How many samples are missing before the next ones, which begin at `presentationSample` if that is known.
    ///
    /// Times are compared with where the recording began, so that those which jitter add up to nothing. Throws if all gaps together are
    /// longer than any recording's.
    mutating func gap(before presentationSample: Int64?) throws(MediaFailure) -> UInt64 {
        defer { hasLost = false }
        guard let presentationSample else { return 0 }
        let expected = origin.flatMap { $0.adding(Int64(clamping: sampleCount)) }
        let gap = expected.flatMap { presentationSample.subtracting($0) } ?? 0
        // Times that go back to the start are counted from there.
        if expected == nil || gap < -sampleRate {
            origin = presentationSample.subtracting(Int64(clamping: sampleCount))
            return 0
        }
        guard hasLost || samplesPerPacket == 0 else { return try missingSamples(at: gap) }
        guard gap > (hasLost ? toleranceAfterLoss : tolerance) else { return 0 }
        return try count(gap)
    }

    /// How many samples are missing before a packet that begins `difference` samples after the end of the one before. From there on, times
    /// are counted anew if that is no gap.
    private mutating func missingSamples(at difference: Int64) throws(MediaFailure) -> UInt64 {
        guard difference.magnitude > tolerance.magnitude else { return 0 }
        switch MediaContinuity.Place(
            difference: difference, samplesPerPacket: samplesPerPacket, tolerance: tickTolerance,
            after: contradiction)
        {
        case .follows: return 0
        case .gap: return try count(difference)
        case .contradiction:
            var found = contradiction ?? TimeContradiction(firstSample: sampleCount)
            found.add(difference)
            contradiction = found
            origin = origin?.adding(difference)
            return 0
        }
    }

    /// Counts `gap` as missing. Throws if all gaps together are longer than any recording's.
    private mutating func count(_ gap: Int64) throws(MediaFailure) -> UInt64 {
        let missing = UInt64(gap)
        guard let sum = missingSampleCount.adding(missing), sum <= Self.gapLimit else {
            throw MediaFailure("the times of its packets jump ahead by \(gap / sampleRate) seconds")
        }
        missingSampleCount = sum
        return missing
    }

    /// Counts `count` more samples.
    mutating func append(_ count: Int) {
        sampleCount = sampleCount.adding(UInt64(clamping: count)) ?? .max
    }
}
