extension TitledTable {
    /// A layer that Sonic Visualiser exported with a line of titles.
    static let sonicVisualiser = TitledTable(
        program: "Sonic Visualiser's", marks: ["label"], start: ["time", TimeColumn("frame", .samples)],
        duration: ["duration"], hasPoints: true)
}
