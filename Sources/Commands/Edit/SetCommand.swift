import Importing
import Support

/// `zarrwlr set`: changes what a store says of a recording.
enum SetCommand {
    struct Configuration: Sendable {
        var access = StoreAccess()
    }

    static let subcommand = Subcommand(
        "set", operands: "STORE[::GROUP] RECORDING KEY=VALUE...", operandCount: 3...Int.max,
        summary: "Change what a store says of a recording.",
        notes: """
            RECORDING is its path in the store (pond/mono/0) or the path of its WAV file in a mount (pond/mono/a.wav).

            start=TIME is its start, such as 2024-05-31T22:39:11+02:00, or unknown if it is empty. name=NAME is the name of its
            source, and so of its file in a mount. Any other KEY is an attribute of your own, as that of import --set; KEY=
            removes it.

            All is changed at once or nothing. What was there before is noted in the recording's document; its samples stay as
            they are. A mount shows the change at once.
            """,
        options: .remoteAccess(\.access), configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        var changes: [RecordingChange] = []
        for text in operands.dropFirst(2) { changes.append(try change(text)) }
        let store = try StoreEditing(StoreAddress(operands[0]), configuration.access)
        let path = try store.path(of: operands[1])
        let settled = changes
        let notes = try StoreEditing.change { () throws(EditError) in try store.editor.set(path, to: settled) }
        store.record(changed: [path], streams, as: "set")
        for note in notes { streams.print("/\(path): \(note)".escapingControlCharacters + "\n") }
        return .done
    }

    private static func change(_ text: String) throws(CommandError) -> RecordingChange {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw CommandError("'\(text)' is not KEY=VALUE")
        }
        let key = String(text[..<equals])
        let value = String(text[text.index(after: equals)...])
        switch key {
        case "start":
            guard !value.isEmpty else { return .start(nil) }
            guard let time = Timestamp(iso8601: value) else {
                throw CommandError("start: '\(value)' is no time such as 2024-05-31T22:39:11+02:00")
            }
            return .start(time)
        case "name":
            guard !value.isEmpty, !value.utf8.contains(0) else { throw CommandError("name: a recording needs a name") }
            return .name(value)
        default:
            guard !ImportOptions.reservedAttributes.contains(key) else {
                throw CommandError("'\(key)' is an attribute that the import sets itself, and cannot be changed")
            }
            guard !text.isEscaped else { throw CommandError("'\(text)' is no UTF-8, which an attribute must be") }
            return .attribute(key, value.isEmpty ? nil : value)
        }
    }
}
