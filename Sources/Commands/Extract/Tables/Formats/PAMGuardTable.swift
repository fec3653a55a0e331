extension TitledTable {
    /// Tables of PAMGuard's database as CSV, such as `Spectrogram_Annotation`: a point in time in UTC, and a duration in seconds.
    static let pamguard = TitledTable(
        program: "PAMGuard's", marks: ["uid"], duration: ["duration", "duration (s)"], clock: ["utc"], hasPoints: true)
}
