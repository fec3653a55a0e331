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

    /// The recordings that `source` fits best, in the store's order: none, one, or several that it fits alike.
    func best(for source: SourceReference) -> [NamedRecording] {
        let candidates = Set((byStem[source.stem] ?? []) + (byStem[source.name] ?? [])).sorted()
        let fits = candidates.compactMap { index in recordings[index].fit(source).map { (index, $0) } }
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
            let shared = found.map { source.folders.sharedEnd(with: $0.folders) }
            return zip(found, shared).filter { $1 == shared.max() }.map(\.0)
        }
        return []
    }

    /// The recording that comes after `recording` in its folder, of the same format: by the times of their starts if both are known,
    /// by name otherwise.
    func next(after recording: NamedRecording) -> NamedRecording? {
        let others = recordings.filter {
            $0.folders == recording.folders && $0.recording.path != recording.recording.path
                && $0.recording.format.sampleRate == recording.recording.format.sampleRate
                && $0.recording.format.channels == recording.recording.format.channels
        }
        if let start = recording.recording.start {
            // A second recorder in the same folder overlaps.
            return
                others
                .filter { $0.recording.start.map { start.isBefore($0) } ?? false }
                .filter { recording.recording.gap(to: $0.recording) ?? -1 >= -1 }
                .min { ($0.recording.start ?? start).isBefore($1.recording.start ?? start) }
        }
        return others.filter { $0.fileName > recording.fileName }.min { $0.fileName < $1.fileName }
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

    /// The whole seconds from its end to the start of `next`; nil if one is not known.
    func gap(to next: Recording) -> Int64? {
        guard let start = facts.start, let following = next.facts.start else { return nil }
        return start.nanoseconds(to: following).map { $0 / 1_000_000_000 }?.subtracting(wholeSeconds)
    }

    /// Its whole seconds.
    fileprivate var wholeSeconds: Int64 { Int64(clamping: facts.sampleCount / UInt64(facts.format.sampleRate)) }
}

extension Timestamp {
    /// Nanoseconds from this time to `other`; nil if they do not fit.
    func nanoseconds(to other: Timestamp) -> Int64? {
        other.seconds.subtracting(seconds)?.multiplied(by: 1_000_000_000)?.adding(other.nanoseconds - nanoseconds)
    }

    fileprivate func isBefore(_ other: Timestamp) -> Bool {
        (seconds, nanoseconds) < (other.seconds, other.nanoseconds)
    }
}
