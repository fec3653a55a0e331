import Recordings
import Support
import WaveFile

extension SamplePosition {
    /// The value `text` of `option`.
    init(_ text: String, option: String) throws(CommandError) {
        guard let position = SamplePosition(text) else {
            let isAmbiguous = text.hasSuffix("s")
            throw CommandError(
                "option '\(option)': '\(text)' is no time: "
                    + (isAmbiguous
                        ? "write 48000smp for samples, 12.5 for seconds"
                        : "it is seconds (12.5), [hours:]minutes:seconds (1:02:03.5) or samples (48000smp)"))
        }
        self = position
    }
}

extension Recording {
    /// The samples from `start` up to `end`, which need not lie in the recording; nil stands for its own start or end. Throws if the end is
    /// before the start.
    func samples(from start: SamplePosition?, to end: SamplePosition?) throws(CommandError) -> Range<Int64> {
        guard let length = Int64(exactly: facts.sampleCount),
            let first = start.map({ $0.sample(rate: facts.format.sampleRate) }) ?? 0,
            let last = end.map({ $0.sample(rate: facts.format.sampleRate) }) ?? length
        else { throw CommandError("a time is out of range") }
        guard first <= last else {
            guard end == nil else {
                throw CommandError("the end, sample \(last), is before the start, sample \(first)")
            }
            let duration = SampleDuration(samples: facts.sampleCount, rate: facts.format.sampleRate).seconds
            throw CommandError("the start is behind the end of the recording, which has \(duration) s")
        }
        return first..<last
    }

    /// Throws if some of `samples` lie outside the recording; `advice` says what else can be done.
    func checkInside(_ samples: Range<Int64>, advice: String = "") throws(CommandError) {
        guard samples.lowerBound >= 0, UInt64(samples.upperBound) <= facts.sampleCount else {
            let duration = SampleDuration(samples: facts.sampleCount, rate: facts.format.sampleRate).seconds
            throw CommandError(
                "samples \(samples.lowerBound)..<\(samples.upperBound) are not all in the recording, which has "
                    + "\(facts.sampleCount) (\(duration) s)\(advice)")
        }
    }
}
