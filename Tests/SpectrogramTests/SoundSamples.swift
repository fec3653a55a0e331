import Recordings
import Support
import WaveFile

/// Samples that a function computes from their numbers: floating-point of 32 bits, one channel after the other.
struct SoundSamples: SampleReading {
    let channels: Int
    /// Samples that cannot be read.
    var unreadable: Range<UInt64> = 0..<0
    let value: @Sendable (_ sample: UInt64, _ channel: Int) -> Float

    func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice] {
        let size = UInt64(4 * channels)
        let samples = range.lowerBound / size..<(range.upperBound + size - 1) / size
        guard !samples.overlaps(unreadable) else {
            throw RecordingError("cannot be decoded", recording: "sound", samples: unreadable)
        }
        var bytes: [UInt8] = []
        for sample in samples {
            for channel in 0..<channels {
                withUnsafeBytes(of: value(sample, channel).bitPattern.littleEndian) { bytes += $0 }
            }
        }
        let first = Int(range.lowerBound - samples.lowerBound * size)
        return [BlockSlice(Block(bytes), first..<first + range.count)]
    }
}
