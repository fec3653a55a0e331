import Support

extension Timestamp {
    /// The time in `Recorded at hh:mm:ss[.fff] dd/mm/yyyy [(UTC[±h[:mm]])]`, a comment by AudioMoth's firmware. Early versions write
    /// no zone; their clocks ran in UTC.
    init?(audioMothComment comment: String) {
        guard let text = comment.range(of: "Recorded at ") else { return nil }
        var scanner = TextScanner(comment[text.upperBound...])
        guard let hour = scanner.digits(2), scanner.skip(":"), let minute = scanner.digits(2), scanner.skip(":"),
            let second = scanner.digits(2)
        else { return nil }
        var fraction = ""
        if scanner.skip(".") {
            while fraction.utf8.count < 9, let digit = scanner.digits(1) { fraction += digit }
        }
        guard scanner.skip(" "), let day = scanner.digits(2), scanner.skip("/"), let month = scanner.digits(2),
            scanner.skip("/"), let year = scanner.digits(4)
        else { return nil }
        var offset = "Z"
        if scanner.skip(" (UTC"), !scanner.skip(")") {
            guard let zone = scanner.audioMothOffset() else { return nil }
            offset = zone
        }
        let decimals = fraction.isEmpty ? "" : ".\(fraction)"
        self.init(iso8601: "\(year)-\(month)-\(day)T\(hour):\(minute):\(second)\(decimals)\(offset)")
    }
}

extension TextScanner {
    /// An offset, read from `±h[h][:mm])`, in ISO 8601.
    fileprivate mutating func audioMothOffset() -> String? {
        let sign: String
        if skip("+") { sign = "+" } else if skip("-") { sign = "-" } else { return nil }
        guard let hours = digits(2).map(String.init) ?? digits(1).map({ "0\($0)" }) else { return nil }
        guard skip(":") else { return skip(")") ? "\(sign)\(hours):00" : nil }
        guard let minutes = digits(2), skip(")") else { return nil }
        return "\(sign)\(hours):\(minutes)"
    }
}

extension StringProtocol {
    /// The range of the first occurrence of `text`.
    func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
