import Support

/// The table of times of an MP4 track, compared with its packets.
struct MovieTable {
    /// Packets in a row that are alike.
    struct Run {
        let packetCount: UInt64
        /// Samples of one channel of each.
        let length: Int64
        /// Samples of one channel from the start of each to that of the next, by its table.
        let claimed: Double
        /// The same by the packets.
        var step: Int64
    }

    /// All packets, in order.
    private(set) var runs: [Run]
    /// What contradicts what, with samples counted from the first packet on; nil if nothing does.
    private(set) var contradiction: TimeContradiction?
    /// Samples of one channel of all packets, with those that are missing between them.
    let sampleCount: Int64

    /// The table of `track`, at `sampleRate`, whose packets have as many samples as `lengths` says: one for all, or for each its own. Nil
    /// if these are not as many as the packets, or absurd.
    init?(_ track: MovieTrack, _ lengths: [Int], sampleRate: UInt32) {
        let samplesPerTick = Double(sampleRate) / Double(max(track.timescale, 1))
        guard samplesPerTick > 0, var runs = Self.runs(track, lengths, samplesPerTick) else { return nil }
        // A step in whole ticks need be no whole number of samples.
        let tolerance = samplesPerTick == 1 ? 0 : samplesPerTick
        let end = track.heard(sampleRate: sampleRate)?.end
        if Self.believesGaps(runs, tolerance, end: end.map(Double.init)) {
            for index in runs.indices { runs[index].step = runs[index].stepWithGap(tolerance) }
        }
        var position: Int64 = 0
        var excess = 0.0
        // The last packet's step may leave out padding, and says nothing of a packet behind it.
        for run in runs.dropLast() {
            let difference = run.claimed - Double(run.step)
            excess += difference * Double(run.packetCount)
            if abs(difference) > tolerance || difference != 0 && abs(excess) > 2 * tolerance {
                let first = UInt64(clamping: position.adding(run.step) ?? 0)
                var found = contradiction ?? TimeContradiction(firstSample: first)
                found.packetCount = found.packetCount.adding(run.packetCount) ?? .max
                contradiction = found
            }
            guard let sum = Int64(exactly: run.packetCount)?.multiplied(by: run.step).flatMap(position.adding) else {
                return nil
            }
            position = sum
        }
        guard let end = position.adding(runs.last?.length ?? 0) else { return nil }
        contradiction?.excessSampleCount = Int64(exactly: excess.rounded()) ?? 0
        sampleCount = end
        self.runs = runs
    }

    /// The packets of `track`, each of which begins where the one before ends; the last is a run of its own.
    private static func runs(_ track: MovieTrack, _ lengths: [Int], _ samplesPerTick: Double) -> [Run]? {
        var runs: [Run] = []
        func append(_ count: UInt64, _ step: UInt32, _ length: Int) {
            guard count > 0 else { return }
            runs.append(
                Run(
                    packetCount: count, length: Int64(length), claimed: Double(step) * samplesPerTick,
                    step: Int64(length)))
        }
        guard let last = track.runs.last, let length = lengths.last, last.packetCount > 0 else { return nil }
        if lengths.count == 1 {
            for run in track.runs.dropLast() { append(UInt64(run.packetCount), run.step, length) }
            append(UInt64(last.packetCount - 1), last.step, length)
            append(1, last.step, length)
        } else {
            let packetCount = track.runs.reduce(0) { $0 + UInt64($1.packetCount) }
            guard packetCount == UInt64(lengths.count) else { return nil }
            let steps = track.runs.lazy.flatMap { repeatElement($0.step, count: Int($0.packetCount)) }
            for (step, length) in zip(steps, lengths) { append(1, step, length) }
        }
        return runs
    }

    /// Whether steps of several packets stand for packets that are missing: if they are rare, and the length of the track, which ends at
    /// sample `end`, has them.
    private static func believesGaps(_ runs: [Run], _ tolerance: Double, end: Double?) -> Bool {
        var (total, missing, gapCount, packets) = (0.0, 0.0, 0.0, 0.0)
        for run in runs {
            let count = Double(run.packetCount)
            total += run.claimed * count
            packets += count
            let gap = run.stepWithGap(tolerance) - run.length
            guard gap > 0 else { continue }
            gapCount += count
            missing += count * Double(gap)
        }
        guard gapCount <= packets / 2 else { return false }
        return end.map { abs($0 - total) < abs($0 - (total - missing)) } ?? true
    }
}

extension MovieTable.Run {
    /// The step if more than one packet is a whole number of packets, else the length of one.
    fileprivate func stepWithGap(_ tolerance: Double) -> Int64 {
        let count = (claimed / Double(max(length, 1))).rounded()
        guard count >= 2, abs(claimed - count * Double(length)) <= max(tolerance, 1) else { return length }
        return Int64(exactly: count)?.multiplied(by: length) ?? length
    }
}
