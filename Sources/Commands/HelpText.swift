/// The parts of a `--help`.
enum HelpText {
    /// Two columns: what is written, and what it does.
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
