/// Parts of the text of `--help`.
enum HelpText {
    /// Two columns: the usage, and the text about it.
    static func rows(_ rows: [(usage: String, help: String)]) -> String {
        let width = 20
        return rows.map { usage, help in
            let gap =
                usage.count < width
                ? String(repeating: " ", count: width - usage.count) : "\n\(String(repeating: " ", count: width + 2))"
            return "  \(usage)\(gap)\(help)"
        }.joined(separator: "\n")
    }
}
