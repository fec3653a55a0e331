/// What a recording's `meta_data_structure` says about its source file: one YAML text with the output of ffprobe and
/// mutagen.
///
/// Only plain `key: value` lines are read; all other YAML is ignored.
struct SourceMetadata {
    private let yaml: String

    init(yaml: String) {
        self.yaml = yaml
    }

    /// Seconds of the source, from the first `duration:` of the text (its first stream's, else its container's).
    var duration: Double? {
        pairs.lazy.compactMap { key, value -> Double? in
            guard key.elementsEqual("duration".utf8),
                let seconds = Double(value.filter { $0 != " " && $0 != "'" && $0 != "\"" }), seconds.isFinite,
                seconds > 0
            else { return nil }
            return seconds
        }.first
    }

    /// The texts in which recorders name themselves: `comment` and `artist`, as libavformat calls `ICMT` and `IART` of
    /// a WAV file. Only what is on the key's own line is read.
    var comments: [String] {
        pairs.filter { $0.key.elementsEqual("comment".utf8) || $0.key.elementsEqual("artist".utf8) }
            .map { String($0.value) }
    }

    /// Bytes are compared, not characters, which would take much longer: this is done for every recording that is
    /// found.
    private var pairs: some Sequence<(key: Substring.UTF8View, value: Substring)> {
        yaml.utf8.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.lazy.compactMap { line in
            let line = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            return (key: line[..<colon], value: Substring(line[line.index(after: colon)...]))
        }
    }
}
