extension TitledTable {
    /// Kaleidoscope's `cluster.csv`, `meta.csv` and `id.csv`. See the Kaleidoscope Pro user guide, "Output files".
    static let kaleidoscope = TitledTable(
        program: "Kaleidoscope's", marks: ["in file"], start: ["offset"], duration: ["duration"],
        files: [["indir", "folder", "in file"]])
}
