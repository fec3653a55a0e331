/// The file that a row of a table is about: its name, and as many of its folders as the table has.
struct SourceReference: Sendable, Hashable {
    /// The folders, outermost first.
    let folders: [String]
    let name: String

    /// Nil if `path` is blank. Folders may be separated as on Windows, and the path may be a `file:` URL.
    init?(_ path: String) {
        let path = path.hasPrefix("file:") ? Self.resolvingEscapes(path.dropFirst(5)) : path
        let parts = path.split { $0 == "/" || $0 == "\\" }.map(String.init).filter { $0 != "." }
        guard let name = parts.last else { return nil }
        self.name = name
        folders = parts.dropLast()
    }

    /// `text` with the characters that `%20` and the like stand for. RFC 3986, section 2.1.
    private static func resolvingEscapes(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2,
                digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let escaped = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(escaped)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
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
