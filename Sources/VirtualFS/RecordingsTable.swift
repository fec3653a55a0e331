import Recordings
import Support
import WaveFile

/// `.zarrwlr/recordings.csv`: every recording that is served, a line each.
enum RecordingsTable {
    private static let header = [
        "path", "group", "codec", "rate", "channels", "bits", "samples", "seconds", "start", "sha256", "rate_reason",
    ]

    /// The table of recordings and their paths below the mountpoint.
    static func text(of rows: some Sequence<(recording: Recording, path: String)>) -> String {
        var text = CSV.line(header)
        for (recording, path) in rows {
            let format = recording.format
            let fields = [
                path, recording.group, recording.codec.rawValue, "\(format.sampleRate)", "\(format.channels)",
                "\(format.encoding.bits)", "\(recording.sampleCount)",
                SampleDuration(samples: recording.sampleCount, rate: format.sampleRate).seconds,
                recording.start?.description ?? "",
                recording.sourceSHA256 ?? "", recording.rateReason ?? "",
            ]
            text += CSV.line(fields)
        }
        return text
    }
}
