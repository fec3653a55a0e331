extension Duration {
    /// The value of an option: a number of seconds, minutes or hours, such as `90s`, `30m` or `2h`. Nil if it is none.
    init?(option text: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int(text.dropLast()), number > 0,
            number <= 1_000_000
        else { return nil }
        self = .seconds(number * unit)
    }
}
