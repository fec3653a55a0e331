import Recordings
import WaveFile

extension Recording {
    /// Its samples, as far as their bytes, and the samples of a window at their end, can be counted with 64 bits.
    var readableSamples: Range<Int64> {
        0..<min(Int64(clamping: facts.sampleCount), Int64.max / Int64(max(facts.format.blockAlign, 2)))
    }
}
