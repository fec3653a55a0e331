/// What a recording's `meta_data_structure` says of its source file: one YAML text, as ffprobe and mutagen had it.
struct SourceMetadata {
    /// Seconds of the source, from the first `duration:` of the text (its first stream's, else its container's).
    let duration: Double?

    init(yaml: String) {
        // Only plain `key: value` lines are looked at: no YAML construct can hide a number from that, or add one.
        duration =
            yaml.split(whereSeparator: \.isNewline).lazy
            .compactMap { line -> Double? in
                let trimmed = line.drop { $0 == " " || $0 == "-" }
                guard trimmed.hasPrefix("duration:") else { return nil }
                let value = trimmed.dropFirst("duration:".count)
                    .filter { $0 != " " && $0 != "'" && $0 != "\"" }
                guard let seconds = Double(value), seconds.isFinite, seconds > 0 else { return nil }
                return seconds
            }
            .first
    }
}
