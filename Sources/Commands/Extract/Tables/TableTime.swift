import Support

/// Times as tables write them: with a decimal point or comma, with an exponent, in several units.
///
/// All times of a table have the same decimal mark: in one that has both, `1,234` could be more than a thousand.
struct TableTime {
    /// What the number of a time counts.
    enum Unit: Sendable {
        case seconds, milliseconds, samples
    }

    private var mark: Character?

    /// The time that `text` is in line `line`.
    mutating func position(_ text: String, _ unit: Unit, line: Int) throws(CommandError) -> SamplePosition {
        if let found = text.first(where: { $0 == "," || $0 == "." }) {
            guard (mark ?? found) == found else {
                throw CommandError(
                    "line \(line) of the table: '\(text)' has another decimal mark than the times before")
            }
            mark = found
        }
        guard let position = Self.position(text, unit) else {
            throw CommandError("line \(line) of the table: '\(text)' is no time")
        }
        return position
    }

    /// The time that `text` is; nil if it is none.
    static func position(_ text: String, _ unit: Unit = .seconds) -> SamplePosition? {
        if unit == .seconds, text.contains(":") { return SamplePosition(text.replacing(",", with: ".")) }
        guard let number = plain(text, shift: unit == .milliseconds ? -3 : 0) else { return nil }
        guard unit == .samples else { return SamplePosition(number) }
        guard !number.contains(".") else { return nil }
        return SamplePosition("\(number)smp")
    }

    /// The number `text`, times 10 to the power of `shift`, with a decimal point and without an exponent; nil if it is none. R writes
    /// 100000 as `1e+05`.
    private static func plain(_ text: String, shift: Int) -> String? {
        var rest = Substring(text)
        let sign = rest.first == "-" ? "-" : ""
        if let first = rest.first, first == "-" || first == "+" { rest = rest.dropFirst() }
        let whole = digits(&rest)
        var decimals = ""
        if let mark = rest.first, mark == "." || mark == "," {
            rest = rest.dropFirst()
            decimals = digits(&rest)
        }
        guard !(whole + decimals).isEmpty else { return nil }
        var exponent = shift
        if let mark = rest.first, mark == "e" || mark == "E" {
            guard let power = Int(rest.dropFirst()), (-30...18).contains(power) else { return nil }
            exponent += power
            rest = ""
        }
        guard rest.isEmpty else { return nil }
        var all = whole + decimals
        var point = whole.count + exponent
        if point < 1 {
            all = String(repeating: "0", count: 1 - point) + all
            point = 1
        }
        if point > all.count { all += String(repeating: "0", count: point - all.count) }
        let fraction = all.dropFirst(point)
        return fraction.allSatisfy { $0 == "0" } ? sign + all.prefix(point) : "\(sign)\(all.prefix(point)).\(fraction)"
    }

    /// The ASCII digits that `rest` begins with, which are taken from it.
    private static func digits(_ rest: inout Substring) -> String {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        return String(digits)
    }
}
