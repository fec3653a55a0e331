/// What `--help`, the manual page and shells' completions need of an option.
struct OptionSummary: Sendable {
    /// Its names, with their dashes.
    let names: [String]
    /// What stands for its value; nil if it has none.
    let placeholder: String?
    /// The values that it can have, if they are words.
    let words: [String]
    let help: String

    /// The option as `--help` shows it.
    var usage: String {
        let names = names.joined(separator: ", ")
        return placeholder.map { "\(names) \($0)" } ?? names
    }
}
