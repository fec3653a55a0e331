public import Support
public import WaveFile

/// The samples of a recording, or a range of them, as a WAV file with a header of its own, whatever header the source had; at the
/// recording's rate, or slower.
public struct WaveExcerpt: Sendable {
    /// Which bytes of the recording's samples are in the file.
    public let bytes: Range<UInt64>
    /// How many bytes the file has before, of and after its samples.
    public let extent: WaveExtent
    /// The time of the file: when its first sample was taken, or if that is not known, the time of the recording's file.
    public let modified: Timestamp
    private let format: WaveFormat
    private let sampleCount: UInt64

    /// The file of `samples`, or of all samples if they are nil, of the recording of which `facts` are known, whose rate is divided by
    /// `expansion` (to the nearest hertz, and to at least one). Nil if the recording does not have these samples, or if no file can be
    /// that large.
    public init?(of facts: RecordingFacts, samples: Range<UInt64>? = nil, expansion: UInt32 = 1) {
        let samples = samples ?? 0..<facts.sampleCount
        let blockAlign = UInt64(facts.format.blockAlign)
        guard samples.upperBound <= facts.sampleCount, let first = samples.lowerBound.multiplied(by: blockAlign),
            let end = samples.upperBound.multiplied(by: blockAlign),
            let format = facts.format.expanded(by: expansion),
            let extent = WaveExtent(format: format, sampleCount: samples.upperBound - samples.lowerBound)
        else { return nil }
        bytes = first..<end
        self.extent = extent
        self.format = format
        sampleCount = samples.upperBound - samples.lowerBound
        modified =
            facts.start.flatMap { $0.adding(samples: samples.lowerBound, rate: facts.format.sampleRate) }
            ?? facts.fileTime
    }

    /// All bytes around the samples.
    public var layout: WaveLayout? { WaveLayout(format: format, sampleCount: sampleCount) }
}

extension WaveFormat {
    /// The same format at a rate that is divided by `factor`, to the nearest hertz.
    fileprivate func expanded(by factor: UInt32) -> WaveFormat? {
        let factor = UInt64(max(factor, 1))
        let rate = max((UInt64(sampleRate) + factor / 2) / factor, 1)
        return WaveFormat(sampleRate: UInt32(clamping: rate), channels: channels, encoding: encoding)
    }
}
