import Support

@testable import Commands
@testable import WaveFile

extension Parsers {
    /// Texts of users, recorders and other programs.
    static let texts: [String: Parser] = [
        "table": { bytes in _ = try? AnnotationFormats.annotations(in: String(decoding: bytes, as: UTF8.self)) },
        "name": { bytes in
            let name = String(decoding: bytes, as: UTF8.self)
            _ = StartSearch(metadata: WaveMetadata(), fileName: name, sampleRate: 48_000)
            _ = String(fileBytes: bytes).displayedName.escapingControlCharacters
        },
        "times": { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            _ = Timestamp(iso8601: text)
            _ = Timestamp(audioMothComment: text)
            _ = SamplePosition(text)
            guard let zone = try? ClockZone(text) else { return }
            var rules = StartRules()
            rules.zone = zone
            _ = StartSearch(
                metadata: WaveMetadata(), tags: ["date": text], fileName: "20240501_060000.wav", sampleRate: 48_000,
                rules: rules)
        },
    ]
}
