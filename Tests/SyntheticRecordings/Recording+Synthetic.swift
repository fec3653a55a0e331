public import Recordings
public import Support
public import WaveFile

extension Recording {
    /// A recording without a store, of `sampleCount` samples per channel, by default mono and of 16 bits.
    public static func synthetic(
        _ path: String, source: String, sampleCount: UInt64 = 1_000, channels: Int = 1, rate: UInt32 = 48_000,
        encoding: SampleEncoding = .integer16, start: Timestamp? = nil, sourceModified: Timestamp? = nil,
        modified: Timestamp = Timestamp(seconds: 1_000),
        sum: String? = nil, rateReason: String? = nil, samples: (any SampleReading)? = nil
    ) -> Recording {
        guard let format = WaveFormat(sampleRate: rate, channels: channels, encoding: encoding) else {
            preconditionFailure("a format that no WAV file has")
        }
        var facts = RecordingFacts(
            path: path, isArray: false, sourceName: source, codec: .flac, format: format, sampleCount: sampleCount,
            modified: modified)
        facts.rateReason = rateReason
        facts.start = start
        facts.sourceModified = sourceModified
        facts.sourceSHA256 = sum
        return Recording(
            facts,
            samples: samples ?? SyntheticSamples(seed: UInt64(path.utf8.reduce(0) { $0 &* 31 &+ UInt($1) })))
    }
}
