import Importing
import Recordings
import Support
import WaveFile

/// What is reported about one source: a line for people, or JSON.
protocol ImportLine: Encodable {
    /// The line, without its end.
    var text: String { get }
    /// Whether it reports a failure.
    var isFault: Bool { get }
}

/// A source that was imported.
struct ImportedLine: ImportLine {
    let status = "imported"
    let source: String
    let recording: String
    let codec: String
    let rate: UInt32
    let channels: Int
    let samples: UInt64
    let start: String?
    let sourceBytes: UInt64
    let codedBytes: UInt64
    let isByteExact: Bool
    let keepsSource: Bool
    let notes: [String]

    private enum CodingKeys: String, CodingKey {
        case status, source, recording, codec, rate, channels, samples, start, notes
        case sourceBytes = "source_bytes"
        case codedBytes = "coded_bytes"
        case isByteExact = "byte_exact"
        case keepsSource = "source_kept"
    }

    init(_ file: ImportSources.File, _ imported: ImportedRecording) {
        source = file.path
        recording = imported.path
        codec = imported.codec.rawValue
        rate = imported.sampleRate
        channels = imported.channels
        samples = imported.sampleCount
        start = imported.start?.description
        sourceBytes = imported.sourceByteCount
        codedBytes = imported.codedByteCount
        isByteExact = imported.isByteExact
        keepsSource = imported.keepsSource
        notes = imported.notes
    }

    var isFault: Bool { false }

    var text: String {
        let length = SampleDuration(samples: samples, rate: rate).clock
        let ratio = ByteCountText.ratio(sourceBytes, to: codedBytes)
        let facts = [
            codec, "\(rate) Hz", "\(channels) ch", length, start ?? "start unknown",
            "\(ByteCountText.short(sourceBytes)) as \(ByteCountText.short(codedBytes))\(ratio.isEmpty ? "" : " (\(ratio):1)")",
            keepsSource ? "byte for byte" : "not byte for byte",
        ]
        let notes = notes.map { "; \($0)" }.joined()
        return "\(source) -> /\(recording)  \(facts.joined(separator: ", "))\(notes)"
    }
}

/// A source that was in the store already.
struct SkippedLine: ImportLine {
    let status = "already there"
    let source: String
    let recording: String?

    init(_ file: ImportSources.File, _ place: String?) {
        source = file.path
        recording = place
    }

    var isFault: Bool { false }

    var text: String {
        "\(source): \(recording.map { "already there, as /\($0)" } ?? "the same as another source of this import")"
    }
}

/// A source that was not imported.
struct FailedLine: ImportLine {
    let status = "failed"
    let source: String
    let problem: String

    init(_ file: ImportSources.File, _ error: ImportError) {
        source = file.path
        problem = error.description
    }

    var isFault: Bool { true }

    var text: String { "\(source): \(problem)" }
}

/// A source that would be imported.
struct PreviewLine: ImportLine {
    let status = "planned"
    let source: String
    let codec: String
    let isCopied: Bool
    let rate: UInt32
    let channels: Int
    let start: String?
    let startOrigin: String?
    let sourceBytes: UInt64
    let notes: [String]

    private enum CodingKeys: String, CodingKey {
        case status, source, codec, rate, channels, start, notes
        case isCopied = "copied"
        case startOrigin = "start_from"
        case sourceBytes = "source_bytes"
    }

    init(_ file: ImportSources.File, _ preview: ImportPreview) {
        source = file.path
        codec = preview.codec.rawValue
        isCopied = preview.isCopied
        rate = preview.sampleRate
        channels = preview.channels
        start = preview.start?.time.description
        startOrigin = preview.start?.origin.rawValue
        sourceBytes = preview.byteCount
        notes = preview.notes
    }

    var isFault: Bool { false }

    var text: String {
        let how = isCopied ? "\(codec) as it is" : codec
        let begin = start.map { "\($0) (\(startOrigin ?? ""))" } ?? "start unknown"
        let notes = notes.map { "; \($0)" }.joined()
        return
            "\(source): \(how), \(rate) Hz, \(channels) ch, \(begin), \(ByteCountText.short(sourceBytes))\(notes)"
    }
}
