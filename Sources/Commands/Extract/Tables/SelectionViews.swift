/// The views of the selections of a table. Raven lists a selection once for each of its views, such as Waveform 1 and
/// Spectrogram 1.
struct SelectionViews {
    /// How many rows each view has of a selection.
    private var counts: [[String]: [String: Int]] = [:]
    /// How many rows of it were new.
    private var kept: [[String]: Int] = [:]

    /// Whether a row about the selection `key` in `view` is not another view of one before it. Two rows about the same view are two
    /// selections, however alike they are: tables are joined.
    mutating func isNew(_ key: [String], view: String) -> Bool {
        counts[key, default: [:]][view, default: 0] += 1
        guard counts[key]?[view] ?? 0 > kept[key] ?? 0 else { return false }
        kept[key, default: 0] += 1
        return true
    }
}
