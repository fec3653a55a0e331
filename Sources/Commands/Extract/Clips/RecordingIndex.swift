import Recordings
import Support
import WaveFile

/// The recordings of a store by the names that tables have for them.
struct RecordingIndex: Sendable {
    let recordings: [NamedRecording]
    private let byStem: [String: [Int]]
    /// Those whose start is known, in the order of their starts.
    private let byStart: [(seconds: Int64, index: Int)]
    /// Whole seconds that none is longer than.
    private let longest: Int64

    init(_ entries: [OpenStore.Entry]) {
        recordings = entries.map { NamedRecording($0.recording, file: $0.file) }
        var byStem: [String: [Int]] = [:]
        for (index, recording) in recordings.enumerated() {
            for stem in recording.stems { byStem[stem, default: []].append(index) }
        }
        self.byStem = byStem
        let starts = recordings.enumerated().compactMap { index, named in
            named.recording.start.map { (seconds: $0.seconds, index: index) }
        }
        byStart = starts.sorted { ($0.seconds, $0.index) < ($1.seconds, $1.index) }
        longest = recordings.map { $0.recording.wholeSeconds }.max()?.adding(2) ?? 0
    }

    /// The recordings that `source` fits best, in the store's order: none, one, or several that it fits alike. A recording whose folders
    /// are others than those of `source` is none.
    func best(for source: SourceReference) -> [NamedRecording] {
        let candidates = Set((byStem[source.stem] ?? []) + (byStem[source.name] ?? [])).sorted()
        let fits = candidates.filter { recordings[$0].hasFolders(of: source) }
            .compactMap { index in recordings[index].fit(source).map { (index, $0) } }
        guard let best = fits.map(\.1).max() else { return [] }
        return fits.filter { $0.1 == best }.map { recordings[$0.0] }
    }

    /// The recordings that were being made at `time`.
    func recordings(at time: Timestamp) -> [NamedRecording] {
        // The first that began after `time`, by halving.
        var (low, high) = (0, byStart.count)
        while low < high {
            let middle = low + (high - low) / 2
            if byStart[middle].seconds > time.seconds { high = middle } else { low = middle + 1 }
        }
        return byStart[..<low].reversed().prefix { time.seconds.subtracting($0.seconds) ?? .max <= longest }
            .map { recordings[$0.index] }.filter { $0.recording.contains(time) }.reversed()
    }

    /// The recordings that the name of the table at `path` begins with: `a.wav` for `a.Table.1.selections.txt` and `a.TextGrid`. Of
    /// several, those that share most of its folders.
    func recordings(ofTable path: String) -> [NamedRecording] {
        guard let source = SourceReference(path) else { return [] }
        var name = source.name
        while let dot = name.lastIndex(of: "."), dot > name.startIndex {
            name = String(name[..<dot])
            guard let found = byStem[name]?.map({ recordings[$0] }) else { continue }
            let shared = found.map { $0.sharedFolders(with: source.folders) }
            return zip(found, shared).filter { $1 == shared.max() }.map(\.0)
        }
        return []
    }

    /// The recording of the same group and format that begins where `recording` ends; nil if there is none, or if there are several.
    func next(after recording: NamedRecording) -> NamedRecording? {
        let found = recordings.filter { recording.isFollowed(by: $0) }
        return found.count == 1 ? found.first : nil
    }

    /// The recordings of the folder of `recording`.
    func neighbours(of recording: NamedRecording) -> [NamedRecording] {
        recordings.filter { $0.folders == recording.folders }
    }
}

extension NamedRecording {
    /// Nanoseconds between the end of a recording and the start of the next, either way. Recorders write starts to the second, and lose up
    /// to about a second while they open the next file.
    private static let gapLimit: UInt64 = 1_000_000_000

    /// Whether `next` goes on where this ends: both lie in one group, have one format, and the start of `next` is within a second of the
    /// end of this one. Recordings of which one has no start, or one an offset and the other none, are not known to follow each other.
    func isFollowed(by next: NamedRecording) -> Bool {
        guard canBeJoined(with: next), let start = recording.start, let following = next.recording.start,
            (start.offsetMinutes == nil) == (following.offsetMinutes == nil), let gap = gap(to: next)
        else { return false }
        return gap.magnitude <= Self.gapLimit
    }

    /// Whether `other` is another recording of the same group and format.
    func canBeJoined(with other: NamedRecording) -> Bool {
        let (mine, others) = (recording.format, other.recording.format)
        return folders == other.folders && recording.path != other.recording.path
            && mine.sampleRate == others.sampleRate && mine.channels == others.channels
    }

    /// Nanoseconds from its end to the start of `next`, negative if they overlap; nil if a start is not known.
    func gap(to next: NamedRecording) -> Int64? {
        guard let start = recording.start, let following = next.recording.start, let nanoseconds = durationNanoseconds
        else { return nil }
        return start.nanoseconds(to: following)?.subtracting(nanoseconds)
    }

    /// How long it is; nil if that does not fit.
    var durationNanoseconds: Int64? {
        SamplePosition(
            sample: Int64(clamping: recording.sampleCount), rate: Int64(recording.format.sampleRate))?.nanoseconds
    }
}

extension Recording {
    /// Whether it was being made at `time`.
    func contains(_ time: Timestamp) -> Bool {
        guard let nanoseconds = facts.start?.nanoseconds(to: time), nanoseconds >= 0,
            let position = SamplePosition(nanoseconds: nanoseconds).sample(rate: facts.format.sampleRate)
        else { return false }
        return position < Int64(clamping: facts.sampleCount)
    }

    /// Its whole seconds.
    fileprivate var wholeSeconds: Int64 { Int64(clamping: facts.sampleCount / UInt64(facts.format.sampleRate)) }
}

extension Timestamp {
    /// Nanoseconds from this time to `other`; nil if they do not fit.
    func nanoseconds(to other: Timestamp) -> Int64? {
        other.seconds.subtracting(seconds)?.multiplied(by: 1_000_000_000)?.adding(other.nanoseconds - nanoseconds)
    }
}
