import Recordings

/// `.zarrwlr/recordings.csv`: every recording that is served, a line each.
enum RecordingsTable {
    /// The table of recordings and their paths below the mountpoint.
    static func text(of rows: some Sequence<(recording: Recording, path: String)>) -> String {
        let output = RecordingOutput.recordingsCSV
        return rows.reduce(into: output.csvHeader) { text, row in
            text += output.csvLine(of: RecordingRow(row.recording.facts, file: row.path))
        }
    }
}
