/// The file that a row of a table is about: its name, and as many of its folders as the table has.
struct SourceReference: Sendable, Hashable {
    /// The folders, outermost first.
    let folders: [String]
    let name: String

    /// Nil if `path` is blank. Folders may be separated as on Windows.
    init?(_ path: String) {
        let parts = path.split { $0 == "/" || $0 == "\\" }.map(String.init).filter { $0 != "." }
        guard let name = parts.last else { return nil }
        self.name = name
        folders = parts.dropLast()
    }

    /// The path as the table has it.
    var path: String { (folders + [name]).joined(separator: "/") }

    /// The name without its extension.
    var stem: String { Self.stem(name) }

    /// Whether both may be the same file: one has no more than the last part of the other's path.
    func agrees(with other: SourceReference) -> Bool {
        stem == other.stem && folders.sharedEnd(with: other.folders) == min(folders.count, other.folders.count)
    }

    /// `name` without its extension.
    static func stem(_ name: String) -> String {
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
        return String(name[..<dot])
    }
}

extension [String] {
    /// How many elements at the end are the same in both.
    func sharedEnd(with other: [String]) -> Int {
        zip(reversed(), other.reversed()).prefix { $0 == $1 }.count
    }
}
