import Importing
import Support

/// `zarrwlr remove`: removes recordings from a store.
enum RemoveCommand {
    struct Configuration: Sendable {
        var access = StoreAccess()
    }

    static let subcommand = Subcommand(
        "remove", operands: "STORE[::GROUP] RECORDING...", operandCount: 2...Int.max,
        summary: "Remove recordings from a store.",
        notes: """
            RECORDING is its path in the store (pond/mono/0) or the path of its WAV file in a mount (pond/mono/a.wav). If one of
            them is not there, none is removed.

            Each is removed as a whole, at once and for good; others keep their paths. Reading it in a mount is then an error.
            """,
        options: .remoteAccess(\.access), configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        let store = try StoreEditing(StoreAddress(operands[0]), configuration.access)
        var paths: [String] = []
        for name in operands.dropFirst() {
            let path = try store.path(of: name)
            if !paths.contains(path) { paths.append(path) }
        }
        var removed: [String] = []
        defer { store.record(gone: removed, streams, as: "remove") }
        for path in paths {
            do {
                try store.editor.remove(path)
            } catch {
                throw CommandError("not all were removed", cause: error)
            }
            removed.append(path)
            streams.print("/\(path): removed".escapingControlCharacters + "\n")
        }
        return .done
    }
}
