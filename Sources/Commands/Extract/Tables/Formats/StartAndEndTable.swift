extension TitledTable {
    /// Tables of a file, a start and an end, as opensoundscape writes them (`BoxedAnnotations.to_csv`, predictions) and many scripts
    /// do.
    static let startAndEnd = TitledTable(
        program: "opensoundscape's",
        start: [
            "start_time", "start (s)", "start", "start_s", "start (sec)", "start time (s)", "start time", "begin",
            "onset",
        ],
        end: ["end_time", "end (s)", "end", "end_s", "end (sec)", "end time (s)", "end time"],
        duration: ["duration", "duration (s)", "duration_s"])
}
