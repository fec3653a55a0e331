import Glibc
import Support

/// `zarrwlr`: makes stores of recordings, and reports what is in them.
public struct ZarrwlrCommand: Sendable {
    private static let name = "zarrwlr"

    /// All commands, in the order that `--help` shows them.
    static let subcommands: [Subcommand] = [
        ImportCommand.subcommand, ListCommand.subcommand, InfoCommand.subcommand, ExtractCommand.subcommand,
        SpectrogramCommand.subcommand, CheckCommand.subcommand, CopyCommand.subcommand, SetCommand.subcommand,
        MoveCommand.subcommand, RemoveCommand.subcommand, CatalogueCommand.subcommand,
    ]

    /// What other programs call what the commands do, and what it is called here.
    private static let otherNames = [
        "add": "import", "backup": "copy", "cp": "copy", "cut": "extract", "clip": "extract", "delete": "remove",
        "dir": "list",
        "export": "extract", "ls": "list", "mount": "zarrwlr-mount", "mv": "move", "rename": "set", "rm": "remove",
        "show": "info",
        "umount": "zarrwlr-mount --unmount", "unmount": "zarrwlr-mount --unmount", "validate": "check",
        "verify": "check",
    ]

    /// The exit status of a command that a signal has interrupted, and that has ended all it was doing.
    public static let interruptedStatus = CommandStatus.interrupted.rawValue

    private let streams: CommandStreams

    /// A command that writes to `streams`.
    public init(_ streams: CommandStreams) {
        self.streams = streams
    }

    /// The arguments of this process but for the name of the program. They may name files whose names are no UTF-8.
    public static var processArguments: [String] {
        UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc)).dropFirst().compactMap {
            $0.map { String(fileBytes: UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
        }
    }

    /// Runs the command in `arguments`, which do not include the name of the program, and returns the exit status of `CommandStatus`.
    /// Before status 2 it writes one line with the reason.
    public func run(_ arguments: [String]) -> Int32 {
        var program = Self.name
        do throws(CommandError) {
            switch arguments.first {
            case nil: throw CommandError("say what to do; --help lists what there is")
            case "--help", "-h": streams.print(Self.help)
            case "help":
                guard let name = arguments.dropFirst().first, !name.hasPrefix("-") else {
                    streams.print(Self.help)
                    break
                }
                return run([name, "--help"])
            case "--version", "-V": streams.print(versionText(of: Self.name))
            // For the completions of shells, and therefore not in the list: `complete PROGRAM WORD...`.
            case "complete": streams.print(Self.completion(arguments.dropFirst()))
            case let given?:
                guard let subcommand = Self.subcommands.first(where: { $0.name == given }) else {
                    let advice =
                        Self.otherNames[given].map { ", did you mean '\($0)'?" }
                        ?? NearestName.advice(for: given, among: Self.subcommands.map(\.name) + ["help"])
                    throw CommandError(
                        "there is no command '\(given)'\(advice.isEmpty ? ";" : advice) --help lists what there is")
                }
                program += " \(subcommand.name)"
                let status = try subcommand.run(Array(arguments.dropFirst()), streams)
                try streams.checkOutput()
                return status.rawValue
            }
            try streams.checkOutput()
            return CommandStatus.done.rawValue
        } catch {
            streams.errors("\(program): \(error.description.escapingControlCharacters)\n")
            return CommandStatus.failed.rawValue
        }
    }

    private static func completion(_ arguments: ArraySlice<String>) -> String {
        Completion(program: arguments.first ?? "", Array(arguments.dropFirst())).text
    }

    private static var help: String {
        """
        usage: zarrwlr COMMAND [operands and options of the command]

        Makes Zarr stores of coded recordings, and reports what is in them. zarrwlr-mount mounts them.

        commands:
        \(HelpText.rows(subcommands.map { ($0.name, $0.summary) }))

        options:
        \(HelpText.rows([("--help", "print this (help, too), or with a command all of its options"), ("--version", "print the version")]))

        """
    }
}
