extension Completion {
    /// What fits as the word `current` of `zarrwlr`, after the words `before`.
    static func forCommand(_ before: ArraySlice<String>, _ current: String) -> Completion {
        let commands = ZarrwlrCommand.subcommands.map { (word: $0.name, help: $0.summary) }
        guard let name = before.first else {
            let options = [("--help", "Print all commands."), ("--version", "Print the version.")]
            return matching(commands + [("help", "Print the options of a command.")] + options, current)
        }
        if name == "help" { return matching(commands, current) }
        guard let subcommand = ZarrwlrCommand.subcommands.first(where: { $0.name == name }) else { return .nothing }
        return subcommand.completion(before.dropFirst(), current)
    }
}

extension Subcommand {
    /// What fits as the word `current` after the command and the words `before`.
    fileprivate func completion(_ before: ArraySlice<String>, _ current: String) -> Completion {
        var operandCount = 0
        var areOptionsOver = false
        var rest = before
        while let word = rest.popFirst() {
            if areOptionsOver || !word.hasPrefix("-") || word == "-" {
                operandCount += 1
            } else if word == "--" {
                areOptionsOver = true
            } else if let option = option(word), let placeholder = option.placeholder, rest.popFirst() == nil {
                return .ofValue(placeholder, words: option.words, prefix: "", current)
            }
        }
        if !areOptionsOver, current.hasPrefix("-") { return optionCompletion(current) }
        let names = operands.split(separator: " ").map { $0.drop { $0 == "[" } }
        guard let placeholder = operandCount < names.count ? names[operandCount] : names.last,
            operandCount < names.count || placeholder.hasSuffix("...")
        else { return .nothing }
        return .ofValue(String(placeholder), prefix: "", current)
    }

    private func optionCompletion(_ current: String) -> Completion {
        if let equals = current.firstIndex(of: "="), let option = option(String(current[..<equals])),
            let placeholder = option.placeholder
        {
            let prefix = current[...equals]
            return .ofValue(
                placeholder, words: option.words, prefix: String(prefix), String(current.dropFirst(prefix.count)))
        }
        let names = options.flatMap { option in option.names.map { (word: $0, help: option.help) } }
        return .matching(names + [("--help", "print this")], current)
    }

    private func option(_ name: String) -> OptionSummary? { options.first { $0.names.contains(name) } }
}
