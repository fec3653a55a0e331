/// A command of `zarrwlr`: its operands, its options, and its action.
struct Subcommand: Sendable {
    let name: String
    /// Its operands as `--help` shows them, such as `STORE[::GROUP] SOURCE...`.
    let operands: String
    /// One line about what it does.
    let summary: String
    /// Its options, in the order that `--help` shows them.
    let options: [OptionSummary]
    /// The text of `--help` behind the options; may be empty.
    let notes: String
    private let body: @Sendable ([String], CommandStreams) throws(CommandError) -> CommandStatus

    /// A command with `options`, which change `configuration`, and with as many operands as `operandCount` allows. `run` carries it
    /// out.
    init<Configuration: Sendable>(
        _ name: String, operands: String, operandCount: ClosedRange<Int>, summary: String, notes: String = "",
        options: [CommandOption<Configuration>], configuration: Configuration,
        run: @escaping @Sendable (Configuration, [String], CommandStreams) throws(CommandError) -> CommandStatus
    ) {
        self.name = name
        self.operands = operands
        self.summary = summary
        self.notes = notes
        self.options = options.map(\.summary)
        body = { arguments, streams throws(CommandError) in
            var configured = configuration
            let given = try options.apply(arguments, to: &configured)
            guard operandCount.contains(given.count) else {
                throw CommandError("usage: zarrwlr \(name) \(operands); --help says more")
            }
            return try run(configured, given, streams)
        }
    }

    /// Runs the command with `arguments`, which do not include its name.
    func run(_ arguments: [String], _ streams: CommandStreams) throws(CommandError) -> CommandStatus {
        let options = arguments.prefix { $0 != "--" }
        guard !options.contains("--help"), !options.contains("-h") else {
            streams.print(help)
            return .done
        }
        return try body(arguments, streams)
    }

    /// The text of `--help`.
    private var help: String {
        let rows = HelpText.rows(options.map { ($0.usage, $0.help) } + [("--help", "print this")])
        return """
            usage: zarrwlr \(name) \(operands) [options]

            \(summary)

            options (defaults in parentheses):
            \(rows)
            \(notes.isEmpty ? "" : "\n\(notes)\n")
            """
    }
}
