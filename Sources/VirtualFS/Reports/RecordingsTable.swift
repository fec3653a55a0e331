import Recordings

/// `.zarrwlr/recordings.csv`: every recording that is served, a line each.
enum RecordingsTable {
    private static let output = RecordingOutput.recordingsCSV
    /// Places of a directory whose lines are made at once.
    private static let run = 256

    /// The table of the recordings of `tree`. What is not known yet is learned.
    static func text(of tree: PlainTree) -> PiecewiseText {
        tree.catalogue.learn()
        var text = PiecewiseText()
        text.append { output.csvHeader }
        tree.forEachDirectory { directory, path in
            for start in stride(from: 0, to: directory.count, by: run) {
                let places = start..<min(start + run, directory.count)
                text.append { lines(of: places, in: directory, at: path) }
            }
        }
        return text
    }

    private static func lines(of places: Range<Int>, in directory: GroupDirectory, at path: String) -> String {
        var lines = ""
        for place in places {
            guard let number = directory.recording(at: place), let facts = try? directory.contents.facts(of: number)
            else { continue }
            lines += output.csvLine(
                of: RecordingRow(facts, file: PlainTree.path(of: place, in: directory, at: path)))
        }
        return lines
    }
}
