import Recordings

/// `.zarrwlr/recordings.csv`: a line for each recording that is served.
enum RecordingsTable {
    private static let output = RecordingOutput.recordingsCSV
    /// How many children of a directory have their lines in one piece of the text.
    private static let run = 256

    /// The table of the recordings of `tree`. What is not known yet is learned.
    static func text(of tree: PlainTree) -> PiecewiseText {
        tree.catalogue.learn()
        var makers: [@Sendable () -> String] = [{ output.csvHeader }]
        tree.forEachDirectory { members, path in
            for start in stride(from: 0, to: members.count, by: run) {
                let places = start..<min(start + run, members.count)
                if isServed(places, of: members) {
                    makers.append { lines(of: places, of: members, in: path) }
                } else {
                    // A recording that cannot be served now may be served when the text is read.
                    let lines = lines(of: places, of: members, in: path)
                    makers.append { lines }
                }
            }
        }
        return PiecewiseText(makers)
    }

    /// Whether all recordings at `places` are served.
    private static func isServed(_ places: Range<Int>, of members: GroupDirectory.Members) -> Bool {
        places.allSatisfy { place in
            members.recording(at: place).map { (try? members.contents.status(of: $0)) != nil } ?? true
        }
    }

    private static func lines(of places: Range<Int>, of members: GroupDirectory.Members, in path: String) -> String {
        var lines = ""
        for place in places {
            guard let number = members.recording(at: place), let facts = try? members.contents.facts(of: number)
            else { continue }
            lines += output.csvLine(of: RecordingRow(facts, file: members.path(of: place, in: path)))
        }
        return lines
    }
}
