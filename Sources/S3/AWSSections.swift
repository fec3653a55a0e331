/// The files of the AWS tools: sections of settings. See "Format of the config file" in the AWS SDKs and Tools Reference Guide. What only some of
/// the tools understand is understood here, too.
enum AWSSections {
    /// The settings of each section of `text`, by their names in lower case. Sections of the same name are one. A setting that lies in another,
    /// in lines that are indented further, is called `s3.addressing_style`. Empty ones are left out.
    static func parse(_ text: String) -> [String: [String: String]] {
        var sections: [String: [String: String]] = [:]
        var section: String?
        // The setting that lines which are indented further belong to.
        var outer: (name: String, indentation: Int)?
        // Some editors begin a file with a mark of its encoding.
        for line in text.drop(while: { $0 == "\u{FEFF}" }).split(whereSeparator: \.isNewline) {
            let content = line.trimmingSpaces
            guard let first = content.first, first != "#", first != ";" else { continue }
            let indentation = line.prefix(while: \.isWhitespace).count
            let isInner = outer.map { indentation > $0.indentation } ?? false
            if !isInner, first == "[", let end = content.firstIndex(of: "]") {
                let name = name(ofSection: content[..<end].dropFirst())
                sections[name] = sections[name] ?? [:]
                (section, outer) = (name, nil)
            } else if let section, let setting = setting(in: content) {
                let name = isInner ? "\(outer?.name ?? "").\(setting.name)" : setting.name
                if !isInner { outer = (name, indentation) }
                if !setting.value.isEmpty { sections[section]?[name] = setting.value }
            }
        }
        return sections
    }

    /// The setting in `line`; nil if it is none.
    private static func setting(in line: Substring) -> (name: String, value: String)? {
        guard let delimiter = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else { return nil }
        let value = line[line.index(after: delimiter)...]
        // A comment follows a space.
        let comment = zip(value.indices, value.indices.dropFirst()).first { space, mark in
            value[space].isWhitespace && (value[mark] == "#" || value[mark] == ";")
        }
        return (
            line[..<delimiter].trimmingSpaces.lowercased(),
            String(value[..<(comment?.0 ?? value.endIndex)].trimmingSpaces)
        )
    }

    /// The name of a section whose header has `text`: one word, or two with one space between them, the second without its quotation marks.
    private static func name(ofSection text: Substring) -> String {
        let text = text.trimmingSpaces
        let kind = text.prefix { !$0.isWhitespace }
        var name = text.dropFirst(kind.count).trimmingSpaces
        if let mark = name.first, mark == "\"" || mark == "'", name.count > 1, name.last == mark {
            name = name.dropFirst().dropLast()
        }
        return name.isEmpty ? String(kind) : "\(kind) \(name)"
    }
}
