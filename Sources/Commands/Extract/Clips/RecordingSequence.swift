import Recordings
import Support
import WaveFile

/// The recordings in which a part goes on that runs past the end of its own.
struct RecordingSequence {
    let index: StoreIndex

    /// The recordings that hold the `samples` after the recording of `row`, as far as they go on where the one before ends. Only what the
    /// table takes as files of one sound goes on. `isWidened` says that the part ends later than the table says.
    func recordings(after row: RowMatching.Row, samples: Int64, isWidened: Bool) -> [NamedRecording] {
        guard row.annotation.fileStart != nil else { return [] }
        let ends = row.annotation.endSource.map { index.whole.best(for: $0) } ?? []
        func isLast(_ recording: NamedRecording) -> Bool {
            !isWidened && ends.contains { $0.recording.path == recording.recording.path }
        }
        // One that the table says ends in its own file was rounded.
        guard !isLast(row.recording) else { return [] }
        var found: [NamedRecording] = []
        var (last, missing) = (row.recording, samples)
        while missing > 0, let next = next(after: last, ends), next.recording.sampleCount > 0 {
            found.append(next)
            missing -= Int64(clamping: next.recording.sampleCount)
            last = next
            guard !isLast(next) else { break }
        }
        return found
    }

    /// The recording that goes on where `last` ends. If starts are not known, it is the one in which the part ends by the table.
    private func next(after last: NamedRecording, _ ends: [NamedRecording]) -> NamedRecording? {
        if let next = index.whole.next(after: last) { return next }
        guard ends.count == 1, let end = ends.first, last.canBeJoined(with: end), last.gap(to: end) == nil else {
            return nil
        }
        return end
    }
}
