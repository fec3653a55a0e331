import Recordings
import Support

/// `.zarrwlr/problems.txt`: a line for each recording that cannot be served and for each group that cannot be listed,
/// with the reason.
enum ProblemsText {
    /// The text about `tree`, or a sentence if there are no problems. What is not known yet is learned.
    static func text(of tree: PlainTree) -> PiecewiseText {
        var makers: [@Sendable () -> String] = []
        forEachProblem(of: tree) { problem in
            makers.append { "\(problem.description.escapingControlCharacters)\n" }
        }
        if makers.isEmpty { makers = [{ "Every recording that was found is served.\n" }] }
        return PiecewiseText(makers)
    }

    /// Learns everything, and calls `body` with each problem: first those of nodes that cannot be read, then those of
    /// recordings.
    static func forEachProblem(of tree: PlainTree, _ body: (RecordingError) -> Void) {
        tree.catalogue.learn()
        tree.catalogue.forEachMember { _, member in
            if case .problem(let problem) = member { body(problem) }
        }
        tree.forEachDirectory { members, _ in
            for place in 0..<members.count {
                guard let number = members.recording(at: place) else { continue }
                do throws(RecordingError) {
                    _ = try members.contents.status(of: number)
                } catch {
                    body(error)
                }
            }
        }
    }
}
