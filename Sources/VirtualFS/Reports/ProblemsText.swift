import Recordings
import Support

/// `.zarrwlr/problems.txt`: what looks like a recording and is not served, a line each with the reason.
enum ProblemsText {
    /// The text of `problems`, or a sentence where there are none.
    static func text(of problems: [RecordingError]) -> String {
        guard !problems.isEmpty else { return "Every recording that was found is served.\n" }
        return problems.map { "\($0.description.escapingControlCharacters)\n" }.joined()
    }
}
