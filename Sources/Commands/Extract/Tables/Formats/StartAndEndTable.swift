extension TitledTable {
    /// Tables of a file, a start and an end, as opensoundscape writes them (`BoxedAnnotations.to_csv`, predictions) and many scripts
    /// do.
    static let startAndEnd = TitledTable(
        program: "opensoundscape's",
        start: ["start time", "start (s)", "start", "start (sec)", "start time (s)", "begin", "onset"],
        end: ["end time", "end (s)", "end", "end (sec)", "end time (s)"],
        duration: ["duration", "duration (s)"])
}
