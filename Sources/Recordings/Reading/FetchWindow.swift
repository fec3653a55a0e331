import Support

/// How far ahead of a sequential reader a store on another machine is asked: for four times the bytes that come in the time of one answer,
/// both of which are measured as it goes. As long as more come if more are asked for, that grows with every answer; from then on, there are
/// always some under way, also if an answer is late or the reader is busy.
struct FetchWindow {
    /// Bytes of the store that are asked for at once: so many at first, and then a sixteenth of all that are to be under way.
    private static let requestByteCounts = 256.0 * 1024...2.0 * 1024 * 1024

    /// What comes in less time, in seconds, has come from a cache or from next door, and says nothing of the line.
    private static let leastAnswerTime = 0.005

    /// What is known when a request is sent.
    struct Mark: Sendable {
        fileprivate let time: ContinuousClock.Instant
        fileprivate let arrived: Double
    }

    /// The sample byte up to which the store was asked.
    private(set) var end: UInt64 = 0
    /// Bytes of the store for each byte of the samples.
    private var share = 1.0
    /// Bytes of the store that have come.
    private var arrived = 0.0
    /// How many come in a second: of what was measured last, the most.
    private var rate = 0.0
    /// The shortest time of an answer, in seconds.
    private var answerTime = 0.0

    /// The ranges of sample bytes that are to be asked for now, one request each: up to `depth` bytes beyond `position`, where the reader is,
    /// or as far as the line takes; before `byteCount`, and so that no more than `budget` bytes of the store are kept.
    mutating func next(
        from position: UInt64, of byteCount: UInt64, depth: UInt64, budget: Int
    ) -> [Range<UInt64>] {
        let wanted = 4 * rate * answerTime
        let request = min(max(wanted / 16, Self.requestByteCounts.lowerBound), Self.requestByteCounts.upperBound)
        let length = Self.whole(request / share)
        let distance = min(max(Self.whole((wanted + request) / share), depth), Self.whole(Double(budget) / share))
        let limit = min(position.adding(distance) ?? .max, byteCount)
        end = max(end, position)
        var ranges: [Range<UInt64>] = []
        while let next = end.adding(length), next <= limit || limit == byteCount && end < limit {
            ranges.append(end..<min(next, limit))
            end = min(next, limit)
        }
        return ranges
    }

    /// What is known at `time`.
    func mark(at time: ContinuousClock.Instant) -> Mark { Mark(time: time, arrived: arrived) }

    /// Records that, for `sampleByteCount` bytes of samples, `byteCount` bytes of the store have come at `time` that were asked for at `mark`.
    mutating func add(_ byteCount: Int, for sampleByteCount: Int, since mark: Mark, at time: ContinuousClock.Instant) {
        share = min(max(Double(byteCount) / Double(max(sampleByteCount, 1)), 0.001), 2)
        let seconds = (time - mark.time) / .seconds(1)
        guard seconds >= Self.leastAnswerTime else { return }
        arrived += Double(byteCount)
        // What came meanwhile for other requests counts. The line may have become slower.
        rate = max((arrived - mark.arrived) / seconds, rate * 0.98)
        answerTime = answerTime == 0 ? seconds : min(answerTime, seconds)
    }

    /// Forgets up to where the store was asked, since the reader goes on elsewhere.
    mutating func restart() { end = 0 }

    private static func whole(_ number: Double) -> UInt64 { UInt64(exactly: number.rounded()) ?? .max }
}
