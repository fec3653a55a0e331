import Recordings
import Support

/// The names of clips: text in which `{field}` stands for a field of the table or of the recording.
struct ClipName: Sendable {
    private enum Part: Sendable {
        case text(String)
        case field(String)
    }

    /// The recording's name, the row's number and the times in seconds: `pond_007_12.500-15.500`.
    static let standard = ClipName(
        [
            .field("recording"), .text("_"), .field("row"), .text("_"), .field("start"), .text("-"), .field("end"),
        ], isGiven: false)

    /// Columns that say what is heard, in the order in which they are believed: what a person said comes first.
    private static let labels = [
        "manual_id", "species", "common_name", "scientific_name", "annotation", "label", "text", "top1match",
        "auto_id", "class", "species_code", "default", "name",
    ]
    /// A file name has at most 255 bytes, and the endings take some.
    private static let maximumByteCount = 240

    private let parts: [Part]
    /// Whether the user chose it.
    let isGiven: Bool

    private init(_ parts: [Part], isGiven: Bool) {
        self.parts = parts
        self.isGiven = isGiven
    }

    /// Reads a name such as `{species}/{recording}_{start}`. Throws if a brace is not closed.
    init(_ template: String) throws(CommandError) {
        var parts: [Part] = []
        var rest = Substring(template.hasSuffix(".wav") ? template.dropLast(4) : template[...])
        while !rest.isEmpty {
            let text = rest.prefix { $0 != "{" }
            if !text.isEmpty { parts.append(.text(String(text))) }
            rest = rest.dropFirst(text.count + 1)
            guard text.endIndex < template.endIndex, template[text.endIndex] == "{" else { break }
            guard let close = rest.firstIndex(of: "}") else {
                throw CommandError("option '--name': '{' is never closed in '\(template)'")
            }
            parts.append(.field(String(rest[..<close]).columnKey))
            rest = rest[rest.index(after: close)...]
        }
        guard !parts.isEmpty else { throw CommandError("option '--name': it is empty") }
        self.init(parts, isGiven: true)
    }

    /// The path of `clip` below the folder for clips, without the ending. `number` is the row's number among those of its recording.
    /// Throws if the table does not have one of the fields.
    func path(of clip: Clip, number: String) throws(CommandError) -> String {
        let fields = Self.fields(of: clip, number: number)
        var path = ""
        for part in parts {
            switch part {
            case .text(let text): path += text
            case .field(let key):
                guard let value = fields.first(where: { $0.key == key })?.value else {
                    let names = fields.map(\.key).joined(separator: ", ")
                    throw CommandError("option '--name': there is no field '\(key)'; there are \(names)")
                }
                path += key == "folder" ? value : value.isEmpty ? "unknown" : isGiven ? Self.safe(value) : value
            }
        }
        let components = path.split(separator: "/").map { Self.component(String($0)) }
        return components.isEmpty ? "unknown" : components.joined(separator: "/")
    }

    /// The fields of `clip`; if two have the same key, the first counts.
    private static func fields(of clip: Clip, number: String) -> [(key: String, value: String)] {
        let recording = clip.row.recording
        let table = clip.row.annotation.fields.map { (key: $0.title.columnKey, value: $0.value) }
        var fields = [
            (key: "recording", value: cut(recording.stem, to: 175)),
            (key: "row", value: number),
            (key: "start", value: clip.seconds(clip.excerpt.samples.lowerBound)),
            (key: "end", value: clip.seconds(clip.end)),
            (key: "folder", value: recording.folders.map(safe).joined(separator: "/")),
            (key: "number", value: recording.recording.path.split(separator: "/").last.map(String.init) ?? ""),
        ]
        let found = labels.compactMap { label in table.first { $0.key == label } }
        if !found.isEmpty {
            fields.append((key: "species", value: found.lazy.map(\.value).first { !$0.isEmpty } ?? ""))
        }
        return fields + table.filter { !$0.key.isEmpty }
    }

    /// `value` without what some file system does not allow in names.
    private static func safe(_ value: String) -> String {
        let unsafe = Set("/\\:*?\"<>|".unicodeScalars)
        return String(
            String.UnicodeScalarView(
                value.unicodeScalars.map {
                    unsafe.contains($0) || $0.properties.generalCategory == .control ? "_" : $0
                }))
    }

    /// `name` as one part of a path: no longer than a name may be, and neither hidden nor a way out of the folder.
    private static func component(_ name: String) -> String {
        let name = cut(name, to: maximumByteCount)
        let dots = name.prefix { $0 == "." }.count
        return String(repeating: "_", count: dots) + name.dropFirst(dots)
    }

    /// As much of `text` as fits in so many bytes.
    private static func cut(_ text: String, to byteCount: Int) -> String {
        var text = text
        while text.utf8.count > byteCount { text.removeLast() }
        return text
    }
}
