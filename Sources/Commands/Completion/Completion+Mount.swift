extension Completion {
    /// What fits as the word `current` of `zarrwlr-mount`, after the words `before`.
    static func forMount(_ before: ArraySlice<String>, _ current: String) -> Completion {
        if before.last == "-o" { return ofMountOptions(current, prefix: "") }
        if current.hasPrefix("-o") { return ofMountOptions(String(current.dropFirst(2)), prefix: "-o") }
        if current.hasPrefix("-") {
            let flags = MountHelp.flags.map { flag in (word: String(flag.0.prefix { $0 != " " }), help: flag.1) }
            return matching(flags, current)
        }
        if before.contains("--unmount") { return ofValue("MOUNTPOINT", prefix: "", current) }
        var operandCount = 0
        var rest = before
        while let word = rest.popFirst() {
            if word == "-o" { _ = rest.popFirst() } else if !word.hasPrefix("-") { operandCount += 1 }
        }
        switch operandCount {
        case 0: return ofValue("STORE", prefix: "", current)
        case 1: return ofValue("MOUNTPOINT", prefix: "", current)
        default: return .nothing
        }
    }

    /// What fits in `list`, the options after `-o`, with `prefix` before them in the same word.
    private static func ofMountOptions(_ list: String, prefix: String) -> Completion {
        let option = list.split(separator: ",", omittingEmptySubsequences: false).last ?? ""
        let earlier = prefix + list.dropLast(option.count)
        guard let equals = option.firstIndex(of: "=") else {
            let names = MountOption.all.flatMap { option in
                option.names.map { name in
                    (word: earlier + name + (option.placeholder == nil ? "" : "="), help: option.help)
                }
            }
            return matching(names, prefix + list, areParts: true)
        }
        guard let known = MountOption.all.first(where: { $0.names.contains(String(option[..<equals])) }),
            let placeholder = known.placeholder
        else { return .nothing }
        let name = option[...equals]
        return ofValue(placeholder, prefix: earlier + name, String(option.dropFirst(name.count)))
    }
}
