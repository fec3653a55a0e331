import Recordings
import Support
import Zarr

extension RecordingDescription {
    /// A line for each fact.
    var text: String {
        var rows = RecordingOutput.infoText.columns.compactMap { column in
            column.line(of: row).map { (column.name, $0) }
        }
        if let stream { rows += stream.rows }
        if let chunks { rows.append(("chunks", chunks.text)) }
        var text = rows.map { Self.line($0, $1, indent: 0) }.joined()
        for (title, value) in [
            ("attributes of the group", attributes.group), ("attributes of the audio", attributes.audio),
        ] {
            guard case .object(let members) = value, !members.isEmpty else { continue }
            text += "\n\(title)\n" + Self.lines(of: members, indent: 2)
        }
        return text
    }

    private static func line(_ name: String, _ value: String, indent: Int) -> String {
        let width = 18 - indent
        let gap = String(repeating: " ", count: max(width - name.count, 1))
        return String(repeating: " ", count: indent) + name.escapingControlCharacters + gap
            + value.escapingControlCharacters + "\n"
    }

    private static func lines(of members: [String: JSONValue], indent: Int) -> String {
        members.sorted { $0.key < $1.key }.map { name, value in
            let margin = String(repeating: " ", count: indent + 2)
            switch value {
            case .object(let inner) where !inner.isEmpty && indent < 20:
                return String(repeating: " ", count: indent) + "\(name.escapingControlCharacters)\n"
                    + lines(of: inner, indent: indent + 2)
            case .text(let text) where text.utf8.contains(UInt8(ascii: "\n")):
                // One YAML text has all that was found in the source.
                let inner = text.split(whereSeparator: \.isNewline).map {
                    "\(margin)\(String($0).escapingControlCharacters)\n"
                }
                return String(repeating: " ", count: indent) + "\(name.escapingControlCharacters)\n" + inner.joined()
            default:
                return line(name, value.shown, indent: indent)
            }
        }.joined()
    }
}

extension RecordingDescription.Chunks {
    fileprivate var text: String {
        guard let count, let absent else { return "far more than the store has, which are the fill value" }
        let rest = ", of which \(absent) are not in the store, and read as the fill value"
        return absent == 0 ? "\(count)" : "\(count)\(rest)"
    }
}

extension RecordingDescription.Stream {
    fileprivate var rows: [(String, String)] {
        var rows = [
            ("stream", "\(bytes) bytes"), ("frames", "\(frames)"),
            ("frame size", "\(smallestFrame) to \(largestFrame) bytes, mean \(meanFrame.oneDecimal)"),
        ]
        if let indexBytes, let indexPercent {
            rows.append(("index", "\(indexBytes) bytes, \(indexPercent.twoDecimals) % of the stream"))
        }
        if let restarts {
            rows.append(
                (
                    "restarts",
                    "\(restarts.count), every \(restarts.meanDistance.oneDecimal) packets (at most \(restarts.longestDistance)), "
                        + "pre-roll \(restarts.meanPreRoll.oneDecimal) packets (at most \(restarts.longestPreRoll))"
                ))
        }
        return rows
    }
}

extension JSONValue {
    /// The value on one line, texts without quotes.
    fileprivate var shown: String {
        switch self {
        case .null: "-"
        case .bool(let bool): "\(bool)"
        case .integer(let integer): "\(integer)"
        case .unsigned(let unsigned): "\(unsigned)"
        case .number(let number): "\(number)"
        case .text(let text): text
        case .array(let values): values.map(\.shown).joined(separator: ", ")
        case .object(let members):
            members.sorted { $0.key < $1.key }.map { "\($0) \($1.shown)" }.joined(separator: ", ")
        }
    }
}

extension Double {
    fileprivate var oneDecimal: String { decimals(10, 1) }
    fileprivate var twoDecimals: String { decimals(100, 2) }

    private func decimals(_ scale: UInt64, _ digits: Int) -> String {
        guard let scaled = UInt64(exactly: (self * Double(scale)).rounded()) else { return "\(self)" }
        return "\(scaled / scale).\((scaled % scale).padded(to: digits))"
    }
}
