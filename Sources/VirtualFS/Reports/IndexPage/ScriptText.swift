import Recordings

/// JSON for a `script` element of an HTML document: nothing in it ends the element, begins a comment or breaks a line of a script,
/// whatever the texts are. See the HTML standard, "Restrictions for contents of script elements".
struct ScriptText {
    private(set) var text = ""

    /// Adds what is JSON already, and has no text of a store in it.
    mutating func add(raw json: String) { text += json }

    /// Adds `value` as a string.
    mutating func add(_ value: String) {
        text += "\""
        for scalar in value.unicodeScalars {
            if Self.isPlain(scalar) {
                text.unicodeScalars.append(scalar)
            } else {
                for unit in UTF16.encode(scalar) ?? .init() {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        text += "\""
    }

    /// Adds a number, a string, or `true` or `false`.
    mutating func add(_ value: RecordingValue) {
        switch value {
        case .count, .flag: text += value.text
        case .real(let number): text += number.isFinite ? value.text : "null"
        default: add(value.text)
        }
    }

    /// Whether `scalar` stands for itself in a string. `<`, `>` and `&` mean something in HTML; the invisible ones could mislead who reads
    /// the source of the page.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\"", "\\", "<", ">", "&", "'": false
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: false
            default: true
            }
        }
    }
}
