public import Support
public import WaveFile

/// The samples of a recording, or a range of them, as a WAV file with a header and metadata of its own, whatever header the source had;
/// at the recording's rate, or slower.
public struct WaveExcerpt: Sendable {
    /// Which bytes of the recording's samples are in the file.
    public let bytes: Range<UInt64>
    /// How many bytes the file has before, of and after its samples.
    public let extent: WaveExtent
    /// The time of the file: when its first sample was taken, or if that is not known, the time of the recording's file.
    public let modified: Timestamp
    private let samples: Range<UInt64>
    private let format: WaveFormat
    private let expansion: UInt32
    private let metadataByteCount: UInt64

    /// The file of `samples`, or of all samples if they are nil, of the recording of which `facts` are known, whose rate is divided by
    /// `expansion` (to the nearest hertz, and to at least one). Nil if the recording does not have these samples, or if no file can be
    /// that large.
    public init?(of facts: RecordingFacts, samples: Range<UInt64>? = nil, expansion: UInt32 = 1) {
        let samples = samples ?? 0..<facts.sampleCount
        let blockAlign = UInt64(facts.format.blockAlign)
        guard samples.upperBound <= facts.sampleCount, let first = samples.lowerBound.multiplied(by: blockAlign),
            let end = samples.upperBound.multiplied(by: blockAlign),
            let format = facts.format.expanded(by: expansion),
            let extent = WaveExtent(
                format: format, sampleCount: samples.upperBound - samples.lowerBound,
                metadataByteCount: facts.metadata.byteCounts.total)
        else { return nil }
        bytes = first..<end
        self.extent = extent
        self.samples = samples
        self.format = format
        metadataByteCount = facts.metadata.byteCounts.total
        self.expansion = max(expansion, 1)
        modified =
            facts.start.flatMap { $0.adding(samples: samples.lowerBound, rate: facts.format.sampleRate) }
            ?? facts.fileTime
    }

    /// All bytes around the samples, those of its metadata among them, which are read from `recording` now; nil if no file can be that
    /// large.
    public func layout(of recording: Recording) throws(RecordingError) -> WaveLayout? {
        let clip = try recording.description().clipped(to: samples)
        if let expanded = clip.expanded(by: expansion) { return expanded.layout(recording.metadata) }
        // The recording is expanded by so much already that metadata cannot say it.
        return WaveLayout(format: format, sampleCount: clip.fileSampleCount, metadata: emptyMetadata)
    }

    /// A chunk without a meaning in the place of the metadata.
    private var emptyMetadata: [UInt8] {
        guard let size = metadataByteCount.subtracting(8).flatMap({ UInt32(exactly: $0) }) else { return [] }
        return Array("JUNK".utf8) + (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
            + [UInt8](repeating: 0, count: Int(size))
    }
}

extension WaveFormat {
    /// The same format at a rate that is divided by `factor`, to the nearest hertz.
    fileprivate func expanded(by factor: UInt32) -> WaveFormat? {
        let factor = UInt64(max(factor, 1))
        let rate = max((UInt64(sampleRate) + factor / 2) / factor, 1)
        return WaveFormat(sampleRate: UInt32(clamping: rate), channels: channels, encoding: encoding)
    }
}
