import Recordings
import Support

/// `zarrwlr list`: what recordings a store has.
enum ListCommand {
    struct Configuration: Sendable {
        var format = Format.table
    }

    enum Format: Sendable {
        case table, csv, json
    }

    static let subcommand = Subcommand(
        "list", operands: "STORE[::GROUP]", operandCount: 1...1, summary: "List the recordings of a store.",
        options: [
            CommandOption("--csv", effect: .flag { $0.format = .csv }, help: "print comma-separated values (a table)"),
            CommandOption("--json", effect: .flag { $0.format = .json }, help: "print JSON (a table)"),
        ],
        configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        let address = StoreAddress(operands[0])
        let catalogue = try StoreCatalogue.load(
            path: address.path, group: address.group, cache: BlockCache(budget: 32 << 20), log: .silent)
        return catalogue.problems.isEmpty ? .done : .faults
    }
}
