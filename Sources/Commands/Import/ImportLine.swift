import Importing
import Recordings
import Support
import WaveFile

/// What is reported about one source: a line for people, or JSON.
protocol ImportLine: Encodable {
    /// The path that it is about.
    var source: String { get }
    /// The line, without its end.
    var text: String { get }
    /// Whether it reports a failure.
    var isFault: Bool { get }
}

/// A line as a JSON object. If the name of its file is no UTF-8, it also has that name's bytes in base64.
struct ImportLineObject<Line: ImportLine>: Encodable {
    private let line: Line

    private enum CodingKeys: String, CodingKey {
        case source
        case filenameBytes = "filename_bytes"
    }

    init(_ line: Line) {
        self.line = line
    }

    func encode(to encoder: any Encoder) throws {
        try line.encode(to: encoder)
        guard line.source.isEscaped else { return }
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(line.source.displayedName, forKey: .source)
        let name = line.source.split(separator: "/").last.map(String.init)
        try members.encodeIfPresent(name?.base64FileBytes, forKey: .filenameBytes)
    }
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
    let recording: String
    /// How closely the recording was looked at.
    let checked: String

    init(_ file: ImportSources.File, _ place: String, _ proof: RecordingProof) {
        source = file.path
        recording = place
        checked = proof.rawValue
    }

    var isFault: Bool { false }

    var text: String {
        let found =
            checked == RecordingProof.everything.rawValue ? "all of which was checked" : "all parts of which are there"
        return "\(source): already there, as /\(recording), \(found)"
    }
}

/// A source that would be in the store already, since another one with the same bytes would be imported before.
struct RepeatedLine: ImportLine {
    let status = "already there"
    let source: String
    /// The path of the other, as people can read it.
    let other: String

    private enum CodingKeys: String, CodingKey {
        case status, source
        case other = "same_as"
    }

    init(_ file: ImportSources.File, _ path: String) {
        source = file.path
        other = path.displayedName
    }

    var isFault: Bool { false }

    var text: String { "\(source): would be there already, from \(other)" }
}

/// A source that was not imported.
struct FailedLine: ImportLine {
    let status = "failed"
    let source: String
    let problem: String

    init(_ path: String, _ error: some DescribedError) {
        source = path
        problem = error.description(after: path) + (ForeignFormat.advice(on: path).map { "; it \($0)" } ?? "")
    }

    var isFault: Bool { true }

    var text: String { "\(source): \(problem)" }
}

/// A source that was not tried, since the import stopped before. Only JSON has a line for each; people are told how many there are.
struct UntriedLine: ImportLine {
    let status = "not tried"
    let source: String

    var isFault: Bool { true }

    var text: String { "\(source): not tried" }
}

/// An entry of a folder that is not imported.
struct PassedOverLine: ImportLine {
    let status = "passed over"
    let source: String
    let reason: String

    init(_ passed: ImportSources.PassedOver) {
        source = passed.path
        reason = passed.reason
    }

    var isFault: Bool { false }

    var text: String { "\(source): passed over: \(reason)" }
}

/// A file beside the sources that is kept, or would be.
struct SidecarLine: ImportLine {
    let status: String
    let source: String

    var isFault: Bool { false }

    var text: String { "\(source): \(status)" }
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
