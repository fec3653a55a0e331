public import Recordings
public import Support
public import WaveFile

extension Recording {
    /// A recording of a store that is not there: `sampleCount` samples a channel, 16 bits and mono unless told otherwise.
    public static func synthetic(
        _ path: String, source: String, sampleCount: UInt64 = 1_000, channels: Int = 1, rate: UInt32 = 48_000,
        encoding: SampleEncoding = .integer16, start: Timestamp? = nil, modified: Timestamp = Timestamp(seconds: 1_000),
        sum: String? = nil, rateReason: String? = nil, isArray: Bool = false, samples: (any SampleReading)? = nil
    ) -> Recording {
        let parts = path.split(separator: "/")
        guard let format = WaveFormat(sampleRate: rate, channels: channels, encoding: encoding) else {
            preconditionFailure("a format that no WAV file has")
        }
        return Recording(
            path: path, group: parts.dropLast().joined(separator: "/"),
            number: isArray ? nil : parts.last.flatMap { UInt64($0) }, sourceName: source, codec: .flac, format: format,
            rateReason: rateReason, sampleCount: sampleCount, start: start, modified: modified, sourceSHA256: sum,
            samples: samples ?? SyntheticSamples(seed: UInt64(path.utf8.reduce(0) { $0 &* 31 &+ UInt($1) })))
    }
}
