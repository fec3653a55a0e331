import Recordings

/// `.zarrwlr/recordings.csv`: a line for each recording that is served.
enum RecordingsTable {
    private static let output = RecordingOutput.recordingsCSV

    /// The table of the recordings of `tree`. What is not known yet is learned.
    static func text(of tree: PlainTree) -> PiecewiseText {
        PiecewiseText([{ output.csvHeader }] + ServedRuns.makers(of: tree, lines))
    }

    @Sendable private static func lines(
        of places: Range<Int>, of members: GroupDirectory.Members, in path: String
    ) -> String {
        var lines = ""
        for place in places {
            guard let number = members.recording(at: place), let facts = try? members.contents.facts(of: number)
            else { continue }
            lines += output.csvLine(of: RecordingRow(facts, file: members.path(of: place, in: path)))
        }
        return lines
    }
}
