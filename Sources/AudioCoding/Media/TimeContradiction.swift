import Support

/// Times of packets that contradict the lengths of those before them: the lengths count.
public struct TimeContradiction: Sendable, Equatable {
    /// Packets that begin, by their times, at another sample than the one before ends.
    public internal(set) var packetCount: UInt64 = 0
    /// The sample of one channel at which the first of them begins.
    public private(set) var firstSample: UInt64
    /// Samples of one channel by which the recording would be longer if the times were right; below 0 if it would be shorter.
    public internal(set) var excessSampleCount: Int64 = 0

    /// None, the first of which will be at sample `firstSample`.
    init(firstSample: UInt64) {
        self.firstSample = firstSample
    }

    /// The same with the first of them at sample `firstSample`.
    func beginning(at firstSample: UInt64) -> TimeContradiction {
        var contradiction = self
        contradiction.firstSample = firstSample
        return contradiction
    }

    /// Adds a packet whose time is `difference` samples after the end of the one before.
    mutating func add(_ difference: Int64) {
        packetCount += 1
        excessSampleCount = excessSampleCount.adding(difference) ?? excessSampleCount
    }
}
