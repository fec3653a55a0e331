import Recordings
import Support
import WaveFile

/// How a recording is divided into parts: all have the same number of samples, except that the last may have fewer.
struct PartDivision {
    /// The most parts of a recording. A recording of more has none: what an array of samples announces costs nothing.
    static let limit: UInt64 = 100_000

    /// How many parts there are; at least one, of a recording without samples, too.
    let count: Int
    private let sampleCount: UInt64
    private let samplesPerPart: UInt64

    /// The recording of which `facts` are known, in parts of at most `byteCount` bytes, one of `VolumeOptions.partByteCounts`.
    init(of facts: RecordingFacts, byteCount: UInt64) {
        let blockAlign = UInt64(facts.format.blockAlign)
        // One byte for padding.
        let room = WaveExcerpt(of: facts, samples: 0..<0).flatMap { byteCount.subtracting($0.extent.fileSize + 1) } ?? 0
        sampleCount = facts.sampleCount
        samplesPerPart = max(room / blockAlign, 1)
        let parts = max(facts.sampleCount.dividedRoundingUp(by: samplesPerPart) ?? 0, 1)
        count = room < blockAlign || parts > Self.limit ? 0 : Int(clamping: parts)
    }

    /// The samples of the part at `place`, one of `0..<count`.
    func samples(ofPart place: Int) -> Range<UInt64> {
        // Within the recording, and so without overflow.
        let first = UInt64(place) * samplesPerPart
        return first..<first + min(samplesPerPart, sampleCount - first)
    }
}
