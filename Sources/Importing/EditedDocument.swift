import Recordings
import Support
import Zarr

/// The attributes of a recording's group while they are changed.
struct EditedDocument {
    private(set) var attributes: [String: JSONValue]
    /// The start that the audio says, which counts unless one was set.
    private let audioStart: String?

    init(attributes: [String: JSONValue], audioStart: String?) {
        self.attributes = attributes
        self.audioStart = audioStart
    }

    var isRecording: Bool { attributes["type"] == .text(HierarchyNames.recordingType) }

    /// The name of the source, if the store has one.
    var name: String? { features["filename"]?.text ?? features["FILENAME"]?.text }

    /// The start, and what says so, in words.
    var start: String {
        guard case .object(let start)? = metadata["start"] else { return audioStart ?? "unknown" }
        guard let time = start["time"]?.text else { return "unknown" }
        return start["from"]?.text.map { "\(time) (\($0))" } ?? time
    }

    /// The start, if it is known.
    var startTime: Timestamp? {
        guard case .object(let start)? = metadata["start"], start["from"]?.text == HierarchyNames.startThatWasSet else {
            return audioStart.flatMap { Timestamp(iso8601: $0) }
        }
        return start["time"]?.text.flatMap { Timestamp(iso8601: $0) }
    }

    mutating func setStart(_ time: Timestamp?) {
        var start: [String: JSONValue] = ["from": .text(HierarchyNames.startThatWasSet)]
        start["time"] = time.map { .text($0.description) }
        metadata["start"] = .object(start)
    }

    mutating func setName(_ name: String) {
        features["FILENAME"] = nil
        features["filename"] = .text(name.displayedName)
        features["filename_bytes"] = name.base64FileBytes.map { .text($0) }
    }

    mutating func set(_ key: String, _ value: String?) {
        attributes[key] = value.map { .text($0) }
    }

    /// The document with `notes` behind those that it has.
    func noting(_ notes: [String]) -> EditedDocument {
        var document = self
        var all: [JSONValue] = []
        if case .array(let before)? = metadata["notes"] { all = before }
        document.metadata["notes"] = .array(all + notes.map { .text($0) })
        return document
    }

    /// `value` for a note: a text in quotes, and anything else by its kind.
    static func text(of value: JSONValue) -> String {
        value.text.map { "'\($0)'" } ?? "no text"
    }

    private var features: [String: JSONValue] {
        get { object("base_features") }
        set { attributes["base_features"] = .object(newValue) }
    }

    private var metadata: [String: JSONValue] {
        get { object("source_metadata") }
        set { attributes["source_metadata"] = .object(newValue) }
    }

    private func object(_ key: String) -> [String: JSONValue] {
        guard case .object(let object)? = attributes[key] else { return [:] }
        return object
    }
}

extension JSONValue {
    fileprivate var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }
}
