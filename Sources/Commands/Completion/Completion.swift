/// What fits at the end of a command line that is being typed, for a shell to choose from.
enum Completion {
    /// Words that replace the last one. If they are parts, more may follow without a space.
    case words([(word: String, help: String)], areParts: Bool = false)
    /// Paths that replace what comes after `prefix` in the last word.
    case paths(prefix: String, areFolders: Bool)

    /// Nothing that is known.
    static var nothing: Completion { .words([]) }

    /// What fits if the last of `words`, which may be empty, is being typed, and `program` and the others come before it.
    init(program: String, _ words: [String]) {
        let current = words.last ?? ""
        let before = words.dropLast()
        switch program.split(separator: "/").last {
        case "zarrwlr": self = Self.forCommand(before, current)
        case "zarrwlr-mount": self = Self.forMount(before, current)
        default: self = .nothing
        }
    }

    /// The completion for shells: a line with its kind, which is `words`, `parts`, `files` or `folders`, and of the latter two the prefix;
    /// then a line for each word, with a tab before the help.
    var text: String {
        switch self {
        case .words(let words, let areParts):
            ([areParts ? "parts" : "words"] + words.map { "\($0.word)\t\($0.help)" }).map { "\($0)\n" }.joined()
        case .paths(let prefix, let areFolders):
            "\(areFolders ? "folders" : "files") \(prefix)\n"
        }
    }
}

extension Completion {
    /// What fits for a value that is called `placeholder`, or is one of `words`; `prefix` comes before it in the same word.
    static func ofValue(_ placeholder: String, words: [String] = [], prefix: String, _ current: String) -> Completion {
        let words = words.isEmpty ? placeholder.split(separator: "|").map(String.init) : words
        if words.allSatisfy({ $0 == $0.lowercased() }) {
            return .matching(words.map { ("\(prefix)\($0)", "") }, prefix + current)
        }
        switch placeholder.prefix(while: { $0 != "[" && $0 != "." }) {
        case "ADDRESS", "FILE", "PATH|off", "SOURCE", "STORE", "TABLE":
            return .paths(prefix: prefix, areFolders: false)
        case "DEST", "DIR", "DIR|off", "MOUNTPOINT":
            // Several may be there already, with colons between them.
            let earlier = current.lastIndex(of: ":").map { current[...$0] } ?? ""
            return .paths(prefix: prefix + earlier, areFolders: true)
        default:
            return .nothing
        }
    }

    /// Those of `words` that begin with `current`.
    static func matching(
        _ words: [(word: String, help: String)], _ current: String, areParts: Bool = false
    ) -> Completion {
        .words(words.filter { $0.word.hasPrefix(current) }, areParts: areParts)
    }
}
