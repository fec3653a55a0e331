/// What BirdNET-Analyzer writes (birdnet_analyzer/analyze/utils.py); its Kaleidoscope results are read as Kaleidoscope's.
extension TitledTable {
    /// Its results as CSV and for R.
    static let birdNET = TitledTable(
        program: "BirdNET's", marks: ["confidence"], start: ["start (s)", "start"], end: ["end (s)", "end"])

    /// Its results as a selection table for Raven. The window at a file's end is filled up with silence: it does not go on in the next.
    static let birdNETSelections = TitledTable(
        program: "BirdNET's", marks: ["species code", "confidence"], start: ["begin time (s)"], end: ["end time (s)"],
        offset: ["file offset (s)"])
}
