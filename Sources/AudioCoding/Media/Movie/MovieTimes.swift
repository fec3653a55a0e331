import Support

/// Where the packets of an MP4 track belong, whatever its table of times says.
///
/// A packet of AAC, say, has 1024 samples, whatever the table says of its length. Players play packets one after the other, and so they
/// are taken here. Only a step that is several packets long stands for packets that are missing, if the length of the track has it, too.
struct MovieTimes {
    /// Where a packet belongs, in samples of one channel.
    struct Place: Equatable {
        /// Its first sample, from the first that is heard on.
        let start: Int64
        let sampleCount: Int64
    }

    /// What contradicts what, with samples counted from the first that is heard on; nil if nothing does.
    let contradiction: TimeContradiction?
    /// The first sample that is heard, and the end of what is, in samples of one channel from the first packet on.
    let start: Int64, end: Int64
    /// Samples of one channel in all packets, with those that are missing between them.
    let sampleCount: Int64

    private let runs: [MovieTable.Run]
    /// The run of the next packet, how many packets of it came before, and where the next packet begins.
    private var index = 0
    private var passed: UInt64 = 0
    private var position: Int64 = 0

    /// The times of `track`, at `sampleRate`, whose packets have as many samples as `lengths` says: one for all, or for each its own. Nil if
    /// that is not how many packets there are, or absurd.
    init?(_ track: MovieTrack, _ lengths: [Int], sampleRate: UInt32) {
        guard let table = MovieTable(track, lengths, sampleRate: sampleRate) else { return nil }
        runs = table.runs
        sampleCount = table.sampleCount
        let heard = track.heard(sampleRate: sampleRate) ?? (0, nil)
        start = heard.start < sampleCount ? heard.start : 0
        // What the file leaves out at the end is padding, if it is less than a few packets; else its length is as wrong as its times.
        let padding = table.sampleCount.subtracting(heard.end ?? 0) ?? 0
        let isPlausible = heard.end != nil && (0..<4 * (table.runs.last?.length ?? 0)).contains(padding)
        end = isPlausible ? max(heard.end ?? 0, start) : sampleCount
        let found = table.contradiction
        let first = (found?.firstSample ?? 0).subtracting(UInt64(clamping: start)) ?? 0
        contradiction = found?.beginning(at: first)
    }

    /// Where the next packet belongs; nil behind the last.
    mutating func next() -> Place? {
        while index < runs.count, passed >= runs[index].packetCount {
            index += 1
            passed = 0
        }
        guard index < runs.count else { return nil }
        passed += 1
        let place = Place(start: position - start, sampleCount: runs[index].length)
        position = position.adding(runs[index].step) ?? position
        return place
    }
}
