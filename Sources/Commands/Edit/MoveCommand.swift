import Importing
import Support

/// `zarrwlr move`: moves a recording into another group of its store.
enum MoveCommand {
    struct Configuration: Sendable {}

    static let subcommand = Subcommand(
        "move", operands: "STORE[::GROUP] RECORDING TARGET", operandCount: 3...3,
        summary: "Move a recording into another group.",
        notes: """
            RECORDING is its path in the store (pond/mono/0) or the path of its WAV file in a mount (pond/mono/a.wav). TARGET is the
            path of a group in the store (lake/mono; / is the store itself), which is created if it does not exist.

            The recording gets the next number there. It is at its old place or at its new one, never at both, and its document
            then notes where it was. A recording whose source the target already has is not moved.
            """,
        options: [], configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        let address = StoreAddress(operands[0])
        if case .bucket = address.place {
            throw CommandError(
                "\(address.path): nothing can be moved on S3: extract the recording, import it into the other group, and remove "
                    + "it here")
        }
        let store = try StoreEditing(address)
        let path = try store.path(of: operands[1])
        let group = operands[2].trimmingSlashes
        let (place, problem) = try StoreEditing.change { () throws(EditError) in
            try store.editor.move(path, to: group)
        }
        store.record(changed: [place], gone: [path], streams, as: "move")
        streams.print("/\(path) -> /\(place)".escapingControlCharacters + "\n")
        guard let problem else { return .done }
        throw CommandError("it was moved, but its document could not note where it was", cause: problem)
    }
}
