import Support

/// Where the packets of an MP4 track belong whose table of times contradicts them.
///
/// A packet of AAC, say, has 1024 samples, whatever the table says of its length. Players play packets one after the other, and so they
/// are taken here. Only a step that is several packets long stands for packets that are missing, if the length of the track has it, too.
struct MovieTimes {
    /// Packets in a row, and how many samples from the start of each the next one begins.
    private struct Run {
        let packetCount: UInt64
        let step: Int64
    }

    /// What contradicts what.
    let contradiction: TimeContradiction
    /// Samples of one channel in a packet.
    let samplesPerPacket: Int64
    /// The first sample that is heard, and the end of what is heard, in samples of one channel from the first packet.
    let start: Int64, end: Int64
    /// Samples of one channel in all packets, with those that are missing between them.
    let sampleCount: Int64

    private let runs: [Run]
    /// The run of the next packet, how many packets of it came before, and where the next packet begins.
    private var index = 0
    private var passed: UInt64 = 0
    private var position: Int64 = 0

    /// The times of `track`, whose packets have `samplesPerPacket` samples at `sampleRate`; nil if nothing is contradicted.
    init?(_ track: MovieTrack, samplesPerPacket: Int, sampleRate: UInt32) {
        let table = MovieTable(track, samplesPerPacket: samplesPerPacket, sampleRate: sampleRate)
        guard let contradiction = table.contradiction else { return nil }
        self.contradiction = contradiction
        self.samplesPerPacket = Int64(samplesPerPacket)
        runs = table.steps.map { Run(packetCount: UInt64($0.packetCount), step: $0.samples) }
        guard
            let sampleCount = runs.reduce(Int64?(0), { sum, run in
                Int64(exactly: run.packetCount)?.multiplied(by: run.step).flatMap { sum?.adding($0) }
            })
        else { return nil }
        self.sampleCount = sampleCount
        let heard = table.heard
        start = heard.start < sampleCount ? heard.start : 0
        // What the file leaves out at the end is padding, if it is less than a few packets; else its length is as wrong as its times.
        let padding = heard.end.flatMap { sampleCount.subtracting($0) }
        let isPlausible = padding.map { (0..<4 * Int64(samplesPerPacket)).contains($0) } ?? false
        end = isPlausible ? max(heard.end ?? sampleCount, start) : sampleCount
    }

    /// The next packet's first sample, from the first that is heard on.
    mutating func next() -> Int64 {
        defer { advance() }
        return position - start
    }

    private mutating func advance() {
        while index < runs.count, passed >= runs[index].packetCount {
            index += 1
            passed = 0
        }
        passed += 1
        position = position.adding(index < runs.count ? runs[index].step : samplesPerPacket) ?? position
    }
}

/// The table of times of an MP4 track, compared with its packets.
private struct MovieTable {
    /// Packets in a row, and how many samples of one channel from the start of each the next one begins, by the packets.
    private(set) var steps: [(packetCount: UInt32, samples: Int64)] = []
    /// What contradicts what; nil if nothing does.
    private(set) var contradiction: TimeContradiction?

    private let track: MovieTrack
    private let samplesPerPacket: Double
    /// Samples in a tick of the track, and in one of the file.
    private let samplesPerTick: Double, samplesPerFileTick: Double

    init(_ track: MovieTrack, samplesPerPacket: Int, sampleRate: UInt32) {
        self.track = track
        self.samplesPerPacket = Double(samplesPerPacket)
        samplesPerTick = Double(sampleRate) / Double(max(track.timescale, 1))
        samplesPerFileTick = Double(sampleRate) / Double(max(track.fileTimescale, 1))
        let hasGaps = areGapsBelieved
        var excess = 0.0
        for run in runsWithoutLast {
            let claimed = samples(of: run)
            let packets = hasGaps ? packetCount(of: claimed) ?? 1 : 1
            let step = Double(packets) * self.samplesPerPacket
            steps.append((run.packetCount, Int64(step)))
            let difference = (claimed - step) * Double(run.packetCount)
            defer { excess += difference }
            // Steps in whole ticks that are no whole number of samples add up to nothing.
            let isRounded = abs(claimed - step) <= tolerance && abs(excess + difference) <= 2 * tolerance
            guard !isRounded, claimed != step else { continue }
            let first = max(steps.dropLast().reduce(0) { $0 + Double($1.packetCount) * Double($1.samples) } + step, 0)
            var found = contradiction ?? TimeContradiction(firstSample: UInt64(exactly: first) ?? 0)
            found.packetCount += UInt64(run.packetCount)
            contradiction = found
        }
        // The last packet's step may leave out padding, but says nothing of a packet behind it.
        steps.append((1, Int64(samplesPerPacket)))
        contradiction?.excessSampleCount = Int64(exactly: excess.rounded()) ?? 0
    }

    /// The first sample of one channel that is heard, and the end of what is, by the edit list or the length of the track; no end if
    /// neither says.
    var heard: (start: Int64, end: Int64?) {
        let media = track.edits.filter { $0.start >= 0 }
        guard let edit = media.first, media.count == 1 else {
            return (0, media.isEmpty ? track.duration.flatMap { whole(Double($0) * samplesPerTick) } : nil)
        }
        let start = whole(Double(edit.start) * samplesPerTick) ?? 0
        let length = edit.duration > 0 ? whole(Double(edit.duration) * samplesPerFileTick) : nil
        return (start, length.flatMap(start.adding))
    }

    private func whole(_ samples: Double) -> Int64? { Int64(exactly: samples.rounded()) }

    /// All runs, without the last packet.
    private var runsWithoutLast: [MovieTrack.Run] {
        guard let last = track.runs.last else { return [] }
        let rest = MovieTrack.Run(packetCount: max(last.packetCount, 1) - 1, step: last.step)
        return track.runs.dropLast() + (rest.packetCount > 0 ? [rest] : [])
    }

    private func samples(of run: MovieTrack.Run) -> Double { Double(run.step) * samplesPerTick }

    /// Samples by which a step may be wrong because it is in whole ticks.
    private var tolerance: Double { samplesPerTick == samplesPerTick.rounded() && samplesPerTick <= 1 ? 0 : samplesPerTick }

    /// How many packets are as long as a step of `samples`, at least two; nil if that is no whole number.
    private func packetCount(of samples: Double) -> Int64? {
        let count = (samples / samplesPerPacket).rounded()
        guard count >= 2, abs(samples - count * samplesPerPacket) <= max(tolerance, 1) else { return nil }
        return Int64(exactly: count)
    }

    /// Whether steps of several packets stand for packets that are missing: if they are rare, and the length of the track has them.
    private var areGapsBelieved: Bool {
        var (total, missing, gapCount, packets) = (0.0, 0.0, 0.0, 0.0)
        for run in track.runs {
            let count = Double(run.packetCount)
            total += samples(of: run) * count
            packets += count
            guard let length = packetCount(of: samples(of: run)) else { continue }
            gapCount += count
            missing += count * Double(length - 1) * samplesPerPacket
        }
        guard gapCount > 0, gapCount <= packets / 2 else { return false }
        guard let end = heard.end else { return true }
        return abs(Double(end) - total) < abs(Double(end) - (total - missing))
    }
}
