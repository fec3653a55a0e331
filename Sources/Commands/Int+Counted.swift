extension Int {
    /// The number and what it counts: `1 file`, `2 files`. `many` is the plural if it takes more than an s.
    func counted(_ one: String, _ many: String? = nil) -> String {
        "\(self) \(self == 1 ? one : many ?? "\(one)s")"
    }
}
