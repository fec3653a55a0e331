import Recordings
import Support
import WaveFile

/// The order in which recordings follow each other where a table takes them as one sound.
struct RecordingSequence {
    private let index: StoreIndex
    /// Where recordings begin in the table's sequence, in nanoseconds.
    private var starts: [(nanoseconds: Int64, recording: NamedRecording)] = []

    /// The order that the rows of a table say.
    init(_ rows: [RowMatching.Row], index: StoreIndex) {
        self.index = index
        var known: Set<String> = []
        for row in rows {
            guard let start = row.annotation.fileStart?.nanoseconds,
                known.insert(row.recording.recording.path).inserted
            else { continue }
            starts.append((start, row.recording))
        }
    }

    /// The recordings that hold the `samples` after the recording of `row`, as far as there are any.
    func recordings(after row: RowMatching.Row, samples: Int64) -> [NamedRecording] {
        guard let start = row.annotation.fileStart?.nanoseconds else { return [] }
        let ends = row.annotation.endSource.map { index.whole.best(for: $0) } ?? []
        // One that the table says ends in its own file was rounded.
        guard !ends.contains(where: { $0.recording.path == row.recording.recording.path }) else { return [] }
        var found: [NamedRecording] = []
        var (last, position, missing) = (row.recording, start, samples)
        while missing > 0 {
            let duration = SamplePosition(
                sample: Int64(clamping: last.recording.sampleCount), rate: Int64(last.recording.format.sampleRate))
            guard let end = duration?.nanoseconds.flatMap({ position.adding($0) }),
                let next = next(after: last, at: end, missing: missing, ends), next.recording.sampleCount > 0,
                next.recording.format.sampleRate == row.recording.recording.format.sampleRate,
                next.recording.format.channels == row.recording.recording.format.channels
            else { break }
            found.append(next)
            missing -= Int64(clamping: next.recording.sampleCount)
            (last, position) = (next, end)
        }
        return found
    }

    /// The recording that comes after `last`, at `nanoseconds` of the sequence.
    private func next(
        after last: NamedRecording, at nanoseconds: Int64, missing: Int64, _ ends: [NamedRecording]
    ) -> NamedRecording? {
        // Tables round to milliseconds. Those of several recorders may have been joined.
        let listed = starts.first {
            ($0.nanoseconds.subtracting(nanoseconds) ?? .max).magnitude < 5_000_000
                && $0.recording.folders == last.folders && $0.recording.recording.path != last.recording.path
        }
        if let listed { return listed.recording }
        if ends.count == 1, let end = ends.first, missing <= Int64(clamping: end.recording.sampleCount),
            end.recording.path != last.recording.path
        {
            return end
        }
        return index.whole.next(after: last)
    }
}
