/// Comma-separated values, quoted as RFC 4180 has it; lines end with a line feed, as Unix tools expect.
public enum CSV {
    /// One line of `fields`, its line feed included.
    public static func line(_ fields: [String]) -> String {
        fields.map(quoted).joined(separator: ",") + "\n"
    }

    private static func quoted(_ field: String) -> String {
        // By UTF-8 bytes: as a Character, a line feed after a carriage return is neither.
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
