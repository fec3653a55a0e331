/// Comma-separated values, quoted as in RFC 4180; lines end with a line feed, as Unix tools expect.
public enum CSV {
    /// One line of `fields`, with its line feed.
    public static func line(_ fields: [String]) -> String {
        var line = ""
        for (index, field) in fields.enumerated() {
            if index > 0 { line += "," }
            line += quoted(field)
        }
        line += "\n"
        return line
    }

    private static func quoted(_ field: String) -> String {
        // UTF-8 bytes, not Characters: a carriage return and a line feed together are a single Character, equal to neither.
        guard field.utf8.contains(where: isSpecial) else { return field }
        let inner = field.utf8.flatMap { $0 == UInt8(ascii: "\"") ? [$0, $0] : [$0] }
        return "\"\(String(decoding: inner, as: UTF8.self))\""
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
        default: false
        }
    }
}
