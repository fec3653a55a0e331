extension TitledTable {
    /// Raven's selection tables: tab-separated. With `File Offset (s)`, the times count from the first of the files that Raven shows as
    /// one. See the Raven Pro user's manual, "Selection Tables".
    static let raven = TitledTable(
        program: "Raven's", start: ["begin time (s)"], end: ["end time (s)"], duration: ["delta time (s)"],
        offset: ["file offset (s)"], isSequence: true)
}
