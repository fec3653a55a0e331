import Recordings
import Support
import WaveFile

/// A row of a table as a part of recordings.
struct Clip: Sendable {
    let row: RowMatching.Row
    let excerpt: Excerpt
    /// What is to be said about it, for the user.
    let notes: [String]
    /// The end of the part in the first recording's samples, if that went on.
    let end: Int64

    /// Why it has no sound; nil if it has.
    let emptiness: String?

    /// The time of sample `sample` of the recording, in seconds with three decimals.
    func seconds(_ sample: Int64) -> String {
        Self.seconds(sample, rate: row.recording.recording.format.sampleRate)
    }

    fileprivate static func seconds(_ sample: Int64, rate: UInt32) -> String {
        (sample < 0 ? "-" : "") + SampleDuration(samples: sample.magnitude, rate: rate).seconds.dropLast(3)
    }
}

/// Makes clips of the rows of a table.
struct ClipMaker {
    let options: ClipOptions
    let sequence: RecordingSequence

    /// The clip of `row`. Throws if it is not in the recording.
    func clip(_ row: RowMatching.Row) throws(CommandError) -> Clip {
        let recording = row.recording.recording
        let rate = recording.format.sampleRate
        let bounds = try bounds(row)
        guard let length = Int64(exactly: recording.sampleCount) else { throw CommandError("a time is out of range") }
        let isOutside =
            bounds.upperBound < 0 || bounds.lowerBound > length
            || bounds.lowerBound == length && !bounds.isEmpty
        guard options.isPadded || !isOutside else {
            throw CommandError(
                "\(Clip.seconds(bounds.lowerBound, rate: rate))-\(Clip.seconds(bounds.upperBound, rate: rate)) s is not in "
                    + "\(row.recording.file), which has \(Clip.seconds(length, rate: rate)) s; --pad fills up with silence"
            )
        }
        let wanted = try widened(bounds, rate: rate)
        var notes: [String] = []
        var pieces = [Excerpt.Piece(recording: recording, samples: wanted)]
        var total = length
        var before = row.recording
        // A table's times are rounded.
        if wanted.upperBound.subtracting(length) ?? 0 > Int64(rate / 1000) {
            let isWidened = wanted.upperBound > bounds.upperBound
            for next in sequence.recordings(after: row, samples: wanted.upperBound - length, isWidened: isWidened) {
                let last = pieces[pieces.count - 1]
                let end = Int64(clamping: last.recording.sampleCount)
                pieces[pieces.count - 1] = Excerpt.Piece(
                    recording: last.recording, samples: min(last.samples.lowerBound, end)..<end)
                pieces.append(
                    Excerpt.Piece(
                        recording: next.recording,
                        samples: max(last.samples.lowerBound - end, 0)..<(last.samples.upperBound - end)))
                total = total.adding(Int64(clamping: next.recording.sampleCount)) ?? .max
                if let gap = before.gap(to: next), gap.magnitude >= 1_000_000 {
                    let seconds = SampleDuration(samples: gap.magnitude, rate: 1_000_000_000).seconds.dropLast(3)
                    notes.append(
                        "it goes on in \(next.file), which begins \(seconds) s \(gap > 0 ? "after" : "before") the end")
                }
                before = next
            }
        }
        if !options.isPadded { cut(&pieces, wanted, total: total, rate: rate, &notes) }
        let end = options.isPadded ? wanted.upperBound : min(wanted.upperBound, total)
        let emptiness: String? =
            if wanted.isEmpty {
                options.length == nil && options.context == nil
                    ? "it has no length; --context or --length gives it one" : "it has no length"
            } else if pieces.allSatisfy(\.samples.isEmpty) {
                "nothing of it is in \(row.recording.file); --pad fills up with silence"
            } else {
                nil
            }
        return Clip(
            row: row, excerpt: try Excerpt(pieces, encoding: options.encoding), notes: notes, end: end,
            emptiness: emptiness)
    }

    /// Cuts what lies outside the recordings, which have `total` samples together.
    private func cut(
        _ pieces: inout [Excerpt.Piece], _ wanted: Range<Int64>, total: Int64, rate: UInt32, _ notes: inout [String]
    ) {
        for (index, piece) in pieces.enumerated() {
            let samples = piece.samples.clamped(to: 0..<Int64(clamping: piece.recording.sampleCount))
            pieces[index] = Excerpt.Piece(recording: piece.recording, samples: samples)
        }
        if wanted.lowerBound < 0 {
            notes.append("cut short by \(Clip.seconds(-wanted.lowerBound, rate: rate)) s at the recording's start")
        }
        if wanted.upperBound > total, wanted.upperBound - total > Int64(rate / 1000) {
            notes.append("cut short by \(Clip.seconds(wanted.upperBound - total, rate: rate)) s at the recording's end")
        }
    }

    /// The samples of the row's part.
    private func bounds(_ row: RowMatching.Row) throws(CommandError) -> Range<Int64> {
        let recording = row.recording.recording
        let times: (start: SamplePosition, end: SamplePosition)
        switch row.annotation.place {
        case .inFile(let start, let end): times = (start, end)
        case .atTime(let time, let duration):
            guard let begin = recording.start, let start = begin.nanoseconds(to: time),
                let end = start.adding(duration)
            else { throw CommandError("the recording's start is not known") }
            times = (SamplePosition(nanoseconds: start), SamplePosition(nanoseconds: end))
        }
        guard let first = times.start.sample(rate: recording.format.sampleRate),
            let last = times.end.sample(rate: recording.format.sampleRate), first.magnitude < 1 << 62,
            last.magnitude < 1 << 62
        else { throw CommandError("a time is out of range") }
        guard first <= last else { throw CommandError("the end, sample \(last), is before the start, sample \(first)") }
        return first..<last
    }

    /// `bounds` with the context around them, or in the length that all clips have.
    private func widened(_ bounds: Range<Int64>, rate: UInt32) throws(CommandError) -> Range<Int64> {
        var (first, last): (Int64?, Int64?) = (bounds.lowerBound, bounds.upperBound)
        if let context = options.context?.sample(rate: rate) {
            first = bounds.lowerBound.subtracting(context)
            last = bounds.upperBound.adding(context)
        }
        if let length = options.length?.sample(rate: rate) {
            let middle = bounds.lowerBound + (bounds.upperBound - bounds.lowerBound) / 2
            first = options.isCentred ? middle.subtracting(length / 2) : bounds.lowerBound
            last = first?.adding(length)
        }
        guard let first, let last, first <= last, first.magnitude < 1 << 62, last.magnitude < 1 << 62 else {
            throw CommandError("a time is out of range")
        }
        return first..<last
    }
}
