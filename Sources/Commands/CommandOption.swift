/// An option of a `zarrwlr` command: its names, its value, its effect, and its text in `--help`, all in one place.
struct CommandOption<Configuration>: Sendable {
    /// The effect of an option without a value, or of one with a value, which throws if the value is not valid.
    enum Effect: Sendable {
        case flag(@Sendable (inout Configuration) throws(CommandError) -> Void)
        case value(String, @Sendable (inout Configuration, String) throws(CommandError) -> Void)
    }

    /// Its names, with their dashes: `-o`, `--output`.
    let names: [String]
    let effect: Effect
    let help: String
    /// The values that it can have, if they are words.
    let words: [String]

    init(_ names: String..., effect: Effect, help: String, words: [String] = []) {
        self.names = names
        self.effect = effect
        self.help = help
        self.words = words
    }

    /// What is said of it.
    var summary: OptionSummary {
        var placeholder: String?
        if case .value(let text, _) = effect { placeholder = text }
        return OptionSummary(names: names, placeholder: placeholder, words: words, help: help)
    }
}

extension CommandOption {
    /// The value of `--jobs`: how many things are done at a time.
    static func jobs(_ text: String) throws(CommandError) -> Int {
        guard let number = Int(text), (1...1024).contains(number) else {
            throw CommandError("option '--jobs': '\(text)' is not a number from 1 to 1024")
        }
        return number
    }
}

extension Array {
    /// Applies the options in `arguments` to `configuration` and returns the operands, in their order.
    ///
    /// Options may come before, between and after operands; `--` ends them. A value is the next argument, or part of the same one, as
    /// in `--name=value` or `-nvalue`.
    func apply<Configuration>(
        _ arguments: [String], to configuration: inout Configuration
    ) throws(CommandError) -> [String] where Element == CommandOption<Configuration> {
        var operands: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" { return operands + rest }
            guard argument.hasPrefix("-"), argument != "-" else {
                operands.append(argument)
                continue
            }
            let isLong = argument.hasPrefix("--")
            let name = String(isLong ? argument.prefix { $0 != "=" } : argument.prefix(2))
            let attached: String? =
                argument.count == name.count ? nil : String(argument.dropFirst(name.count + (isLong ? 1 : 0)))
            guard let option = first(where: { $0.names.contains(name) }) else {
                guard !argument.contains(where: { $0 == " " || $0 == "." || $0 == "/" }) || argument.contains("=")
                else {
                    throw CommandError("unknown option '\(argument)'; a name that begins with - comes behind --")
                }
                let names = flatMap(\.names)
                // A name of several letters after one dash was meant to be a long one.
                let meant = isLong || argument.count < 4 ? name : "-\(argument.prefix { $0 != "=" })"
                let advice = NearestName.advice(
                    for: meant, among: names.filter { $0.hasPrefix("--") == meant.hasPrefix("--") })
                throw CommandError("unknown option '\(argument)'\(advice.isEmpty ? ";" : advice) --help lists them all")
            }
            switch option.effect {
            case .flag(let apply):
                guard attached == nil else { throw CommandError("option '\(name)' takes no value") }
                try apply(&configuration)
            case .value(let placeholder, let apply):
                guard let value = attached ?? rest.popFirst(), !value.isEmpty else {
                    throw CommandError("option '\(name)' needs a value: \(name) \(placeholder)")
                }
                try apply(&configuration, value)
            }
        }
        return operands
    }
}
