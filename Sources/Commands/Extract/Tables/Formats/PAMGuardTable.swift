extension TitledTable {
    /// Tables of PAMGuard's database as CSV, such as `Spectrogram_Annotation`: a point in time in UTC, and a duration in seconds; or, of
    /// events, the time at which they end.
    static let pamguard = TitledTable(
        program: "PAMGuard's", marks: ["uid"], duration: ["duration", "duration (s)"], clock: ["utc"],
        clockEnd: ["eventEnd"], hasPoints: true)

    /// Those of its detectors, such as `Whistle_and_Moan_Detector`: their durations count samples of the sound that the detector had,
    /// which may be decimated (PamDetectionLogging.java). Only Ishmael's detectors write seconds as well.
    static let pamguardDetections = TitledTable(
        program: "PAMGuard's", marks: ["uid", "startSample", "startSeconds"],
        duration: ["durationSeconds", TimeColumn("duration", .samples)], clock: ["utc"], hasPoints: true)
}
