extension String {
    /// The text without slashes at its ends.
    var trimmingSlashes: String {
        let start = drop { $0 == "/" }
        return String(start.reversed().drop { $0 == "/" }.reversed())
    }
}
