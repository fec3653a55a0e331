import Support

/// Numbers of bytes as text for people.
enum ByteCountText {
    private static let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]

    /// Three or four digits, truncated, and a unit: `1.46 MiB`.
    static func short(_ byteCount: UInt64) -> String {
        var unit = 0
        while unit + 1 < units.count, byteCount >> (10 * (unit + 1)) > 0 { unit += 1 }
        guard unit > 0 else { return "\(byteCount) B" }
        let whole = byteCount >> (10 * unit)
        let decimals = whole < 10 ? 2 : whole < 100 ? 1 : 0
        // The upper ten bits of the fraction are enough for two decimals.
        let fraction = byteCount >> (10 * (unit - 1)) & 1023
        let digits = ((fraction * 100) >> 10).padded(to: 2)
        return "\(whole)\(decimals == 0 ? "" : ".\(digits.prefix(decimals))") \(units[unit])"
    }

    /// `whole` divided by `part`, with one decimal; empty if `part` is zero.
    static func ratio(_ whole: UInt64, to part: UInt64) -> String {
        guard part > 0 else { return "" }
        let tenths = (Double(whole) / Double(part) * 10).rounded()
        guard let tenths = UInt64(exactly: tenths) else { return "" }
        return "\(tenths / 10).\(tenths % 10)"
    }
}
