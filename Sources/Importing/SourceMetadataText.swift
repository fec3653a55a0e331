import Recordings
import Support

/// `meta_data_structure`: what ffprobe finds in the source, as one YAML text. Readers take the source's duration from it.
struct SourceMetadataText {
    private let description: SourceDescription
    /// The length of the stream that is imported, in seconds.
    private let duration: Double

    init(_ description: SourceDescription, sampleCount: UInt64) {
        self.description = description
        duration = Double(sampleCount) / Double(description.stream.sampleRate)
    }

    var text: String {
        var lines = ["ffprobe:", "  streams:"]
        for (number, stream) in description.streams.enumerated() {
            lines.append("  - index: \(stream.index)")
            lines += [
                "codec_name: \(Self.quoted(stream.codec))", "codec_type: audio", "sample_rate: \(stream.sampleRate)",
                "channels: \(stream.channels)",
            ].map { "    \($0)" }
            if number == description.chosen { lines.append("    duration: \(duration)") }
            if let bitRate = stream.bitRate { lines.append("    bit_rate: \(bitRate)") }
            lines += Self.tags(stream.tags)
        }
        lines.append("  format:")
        lines += [
            "filename: \(Self.quoted(description.fileName.displayedName))", "nb_streams: \(description.streams.count)",
            "format_name: \(Self.quoted(description.container))", "duration: \(duration)",
            "size: \(description.byteCount)",
        ].map { "    \($0)" }
        lines += Self.tags(description.tags)
        return lines.joined(separator: "\n") + "\nmutagen: {}\n"
    }

    private static func tags(_ tags: [String: String]) -> [String] {
        guard !tags.isEmpty else { return [] }
        return ["    tags:"]
            + tags.sorted { $0.key < $1.key }.map { "      \(quoted($0.key)): \(quoted($0.value))" }
    }

    /// A double-quoted scalar: YAML 1.2, section 7.3.1.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default:
                let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                let digits = String(scalar.value, radix: 16)
                quoted += isControl ? "\\x" + String(repeating: "0", count: 2 - digits.count) + digits : String(scalar)
            }
        }
        return quoted + "\""
    }
}
