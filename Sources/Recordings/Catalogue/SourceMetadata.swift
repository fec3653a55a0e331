/// What a recording's `meta_data_structure` says of its source file: one YAML text, as ffprobe and mutagen had it.
///
/// Only plain `key: value` lines are looked at: no YAML construct can hide a value from that, or add one.
struct SourceMetadata {
    /// The tags in which recorders name themselves, as libavformat calls them: of a WAV file, its `ICMT` and `IART`.
    static let commentKeys: Set = ["comment", "artist"]

    private let yaml: String

    init(yaml: String) {
        self.yaml = yaml
    }

    /// Seconds of the source, from the first `duration:` of the text (its first stream's, else its container's).
    var duration: Double? {
        pairs.lazy.compactMap { key, value -> Double? in
            guard key == "duration",
                let seconds = Double(value.filter { $0 != " " && $0 != "'" && $0 != "\"" }), seconds.isFinite,
                seconds > 0
            else { return nil }
            return seconds
        }.first
    }

    /// The texts of `commentKeys`, each as far as it stands on its key's line.
    var comments: [String] {
        pairs.filter { Self.commentKeys.contains(String($0.key)) }.map { String($0.value) }
    }

    private var pairs: some Sequence<(key: Substring, value: Substring)> {
        yaml.split(whereSeparator: \.isNewline).lazy.compactMap { line in
            let line = line.drop { $0 == " " || $0 == "-" }
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (key: line[..<colon], value: line[line.index(after: colon)...])
        }
    }
}
